import { parseArgs } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import { SCOPES } from '../../domain/caller.ts'
import { ChatId, KeyId } from '../../domain/identity.ts'
import { Instant } from '../../domain/instant.ts'
import { KeyChats, KeyName, KeyScopes } from '../../domain/keys/api-key.ts'
import type { KeyDraft } from '../../domain/keys/issue-key.ts'

/** What somebody at a terminal wants done with keys. */
export type KeyCommand =
  | { readonly verb: 'create'; readonly draft: KeyDraft }
  | { readonly verb: 'list' }
  | { readonly verb: 'revoke'; readonly id: KeyId }

const USAGE = [
  'usage: npm run -s keys -- <one of these>',
  `  create --name <what it is for> --scope <${SCOPES.join('|')}>[,…] [--chat <id>[,…]] [--expires <RFC 3339>]`,
  '  list',
  '  revoke <id>',
].join('\n')

const OPTIONS = {
  name: { type: 'string' },
  scope: { type: 'string', multiple: true },
  chat: { type: 'string', multiple: true },
  expires: { type: 'string' },
} as const

const refused = (sentence: string) => E.left([sentence])

const numberIn = (text: string) => (/^[1-9][0-9]*$/.test(text) ? Number(text) : NaN)

/** Values between commas, however often the option was given: all of them read, or none. */
const listIn = <A>(
  given: readonly string[],
  read: (text: string) => E.Either<unknown, A>,
  parse: (values: readonly A[]) => E.Either<unknown, readonly A[]>,
): E.Either<unknown, readonly A[]> => {
  const values: A[] = []
  for (const text of given.flatMap((one) => one.split(','))) {
    const value = read(text.trim())
    if (E.isLeft(value)) return value
    values.push(value.right)
  }
  return parse(values)
}

const scopeIn = (text: string) => E.fromNullable('no scope')(SCOPES.find((scope) => scope === text))
const chatIn = (text: string) => ChatId.parse(numberIn(text))

interface Given {
  readonly name?: string | undefined
  readonly scope?: readonly string[] | undefined
  readonly chat?: readonly string[] | undefined
  readonly expires?: string | undefined
}

const NOT_GIVEN = E.right(null)

/** The key that the options describe, or every rule that they break, each with its option. */
const draftOf = ({ name = '', scope = [], chat, expires }: Given): E.Either<readonly string[], KeyDraft> => {
  const named = KeyName.parse(name)
  const scopes = listIn(scope, scopeIn, KeyScopes.parse)
  const chats = chat ? listIn(chat, chatIn, KeyChats.parse) : NOT_GIVEN
  const until = expires === undefined ? NOT_GIVEN : Instant.parse(expires)
  if (E.isRight(named) && E.isRight(scopes) && E.isRight(chats) && E.isRight(until))
    return E.right({ name: named.right, scopes: scopes.right, chatIds: chats.right, expiresAt: until.right })
  return E.left([
    ...(E.isLeft(named) ? [`--name must be 1 to ${KeyName.LIMIT} characters, not all of them invisible`] : []),
    ...(E.isLeft(scopes) ? [`--scope must be some of ${SCOPES.join(', ')}, each once`] : []),
    ...(E.isLeft(chats) ? [`--chat must be 1 to ${KeyChats.LIMIT} ids of chats, each once`] : []),
    ...(E.isLeft(until) ? ['--expires must be a time as RFC 3339 writes it, such as 2099-01-01T00:00:00Z'] : []),
  ])
}

const commandOf = (given: Given, words: readonly string[]): E.Either<readonly string[], KeyCommand> => {
  const [verb, ...rest] = words
  const isBare = Object.keys(given).length === 0
  if (verb === 'create' && rest.length === 0)
    return E.map((draft: KeyDraft): KeyCommand => ({ verb, draft }))(draftOf(given))
  if (verb === 'list' && rest.length === 0 && isBare) return E.right({ verb })
  if (verb === 'revoke' && rest.length === 1 && isBare) {
    const id = KeyId.parse(numberIn(rest[0] ?? ''))
    return E.isLeft(id) ? refused('revoke takes the id of a key, as list shows it') : E.right({ verb, id: id.right })
  }
  return refused(USAGE)
}

/** What the arguments ask for, or every sentence about what is wrong with them. */
export const readKeyCommand = (args: readonly string[]): E.Either<readonly string[], KeyCommand> => {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
    return commandOf(values, positionals)
  } catch (error) {
    return E.left([(error as Error).message, USAGE])
  }
}
