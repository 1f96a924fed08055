import type { Errors } from 'io-ts'
import type { ProtocolFailure } from './failure.ts'

const pointer = (keys: readonly string[]) =>
  ['#', ...keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')))].join('/')

const named = (message: string | undefined, value: unknown) => {
  const [, code, detail] = /^(\w+): (.*)$/s.exec(message ?? '') ?? []
  if (code !== undefined && detail !== undefined) return { code, detail }
  return value === undefined
    ? { code: 'required', detail: 'is missing' }
    : { code: 'wrong_type', detail: 'must be an object' }
}

/**
 * The codecs' errors in the client's terms. The first two keys of a context are the request and its part. A header that
 * does not parse makes the request one that cannot be read; anything else breaks a rule.
 */
export const refusalOf = (errors: Errors): ProtocolFailure => {
  const violations = errors.map(({ context, message, value }) => {
    const [, part, ...path] = context.map(({ key }) => key)
    return { part, path, ...named(message, value) }
  })
  const header = violations.find(({ part }) => part === 'headers')
  if (header) return { kind: 'Malformed', detail: `The header ${header.path.join('.')} ${header.detail}` }
  return {
    kind: 'Invalid',
    violations: violations.map(({ part, path, ...rule }) =>
      part === 'body' ? { pointer: pointer(path), ...rule } : { parameter: path.join('.'), ...rule },
    ),
  }
}
