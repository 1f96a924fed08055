import type { Problem } from '../client/schemas.ts'
import { expectMatch } from './expectations.ts'

/** The path that everything of the service stands below, none for most. */
export const basePathOf = (baseUrl: string): string => new URL(baseUrl, 'http://x').pathname.replace(/\/$/, '')

/** How answers read to whoever knows nothing of what the service stands below. */
interface Below {
  readonly headersOf: (sent: Headers) => Headers
  readonly problemOf: (sent: Problem) => Problem
}

const AS_SENT: Below = { headersOf: (sent) => sent, problemOf: (sent) => sent }

/** Takes the path off, and fails when one in an answer leads out of it. */
export const below = (basePath: string, what: string): Below => {
  if (basePath === '') return AS_SENT

  const inside = (name: string, path: string | undefined): string => {
    expectMatch(`${what}: ${name}`, path, new RegExp(`^${basePath.replaceAll('.', String.raw`\.`)}/`))
    return String(path).slice(basePath.length)
  }

  return {
    headersOf: (sent) => {
      const [headers, location, link] = [new Headers(sent), sent.get('location'), sent.get('link')]
      if (location !== null) headers.set('location', inside('Location', location))
      if (link !== null)
        headers.set(
          'link',
          link.replaceAll(/<([^>]*)>/g, (_, path: string) => `<${inside('Link', path)}>`),
        )
      return headers
    },
    problemOf: (sent) => ({ ...sent, type: inside("the problem's type", sent.type) as Problem['type'] }),
  }
}
