import * as E from 'fp-ts/lib/Either.js'

/** An object of JSON whose values nobody has looked at yet. */
export type Members = Readonly<Record<string, unknown>>

/** What a token says before anybody knows whether it is true. */
export interface TokenParts {
  readonly alg: unknown
  readonly kid: string | undefined
  readonly claims: Members
}

/** Longer ones are refused unread. Half of what the head of a request may hold. */
export const TOKEN_LIMIT = 8192

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes, when the text is the one way to write them: otherwise a token could be altered and stay good. */
const bytesOf = (part: string): Buffer | undefined => {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}

const JSON_TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g

/** The names that the outermost object of well-formed JSON spells out, those that come again counted again. */
const countNames = (text: string): number => {
  let depth = 0
  let names = 0
  for (const [token, colon] of text.matchAll(JSON_TOKENS)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (colon !== undefined && depth === 1) names += 1
  }
  return names
}

/** An object in which each name stands once: readers differ in which of two they take. */
const objectOf = (bytes: Uint8Array): Members | undefined => {
  try {
    const text = UTF_8.decode(bytes)
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return Object.keys(value).length === countNames(text) ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

/** Takes a JWS in its compact form apart (RFC 7515, section 7.1). What names keys beside `kid` is not looked at. */
export const partsOf = (token: string): E.Either<string, TokenParts> => {
  if (token.length > TOKEN_LIMIT) return E.left(`The token is longer than ${TOKEN_LIMIT} characters`)
  const decoded = token.split('.', 4).map(bytesOf)
  const [head, body, signature] = decoded
  if (decoded.length !== 3 || !head || !body || !signature) return E.left('The token is not a JSON Web Token')

  const header = objectOf(head)
  const claims = objectOf(body)
  if (!header || !claims)
    return E.left('The header and the claims of the token must be JSON objects that have no name twice')
  const { alg, kid, crit } = header
  if (crit !== undefined) return E.left('The token asks for extensions (crit), and there are none here')
  if (kid !== undefined && typeof kid !== 'string') return E.left('The kid of the token must be a string')
  return E.right({ alg, kid, claims })
}
