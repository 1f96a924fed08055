/** What became of the links that a visitor can follow. */
export interface Followed {
  readonly links: number
  /** Where each was found, and what it leads to. */
  readonly failures: readonly string[]
}

/** More pages than there are: a page that makes up links shall not keep us. */
const MOST = 500

/** Where programs arrive. What they are told of may want a parameter, as `/events` does, and says which. */
const ENTRY = 'the entry document'
const ASKS_FOR_MORE = 422

interface Link {
  readonly target: string
  readonly from: string
}

const inHtml = (page: string): readonly string[] =>
  Array.from(page.matchAll(/\s(?:href|src)="([^"]+)"/g), ([, target = '']) => target.replaceAll('&amp;', '&'))

const inDocument = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.startsWith('/') ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(inDocument) : []
}

/** Addresses in what is shown to people, and in the entry document for programs; the contract's templates are no links. */
const linksIn = (type: string, body: string, path: string): readonly string[] => {
  if (type.startsWith('text/html')) return inHtml(body)
  return type.startsWith('application/json') && path === '/' ? inDocument(JSON.parse(body)) : []
}

/** Follows every link of the service's own from the entry on, as a browser does and as a program does. */
export const follow = async (url: string): Promise<Followed> => {
  const failures: string[] = []
  const seen = new Set<string>()
  const waiting: Link[] = [{ target: '/', from: 'the address bar' }]

  const visit = async (path: string, from: string, accept: string) => {
    const abort = new AbortController()
    try {
      const answer = await fetch(url + path, {
        headers: { accept },
        signal: AbortSignal.any([abort.signal, AbortSignal.timeout(10_000)]),
      })
      const type = answer.headers.get('content-type') ?? ''
      if (!answer.ok && !(from === ENTRY && answer.status === ASKS_FOR_MORE))
        failures.push(`${path} (from ${from}): ${answer.status}`)
      // Streams have no end.
      if (type.startsWith('text/event-stream')) return abort.abort()
      const arrived = new URL(answer.url).pathname
      for (const target of linksIn(type, await answer.text(), arrived)) {
        const { origin, pathname, search } = new URL(target, answer.url)
        if (origin === url)
          waiting.push({ target: pathname + search, from: type.startsWith('application/json') ? ENTRY : arrived })
      }
    } catch (error) {
      failures.push(`${path} (from ${from}): ${String(error)}`)
    }
  }

  for (let link = waiting.shift(); link && seen.size < MOST; link = waiting.shift()) {
    const { target, from } = link
    if (seen.has(target)) continue
    seen.add(target)
    await visit(target, from, 'text/html,*/*;q=0.8')
    if (target === '/') await visit(target, from, 'application/json')
  }
  return { links: seen.size, failures }
}
