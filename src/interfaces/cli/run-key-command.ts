import * as E from 'fp-ts/lib/Either.js'
import { createKey } from '../../application/keys/create-key.ts'
import { listKeys } from '../../application/keys/list-keys.ts'
import { revokeKey } from '../../application/keys/revoke-key.ts'
import type { Clock } from '../../application/ports/clock.ts'
import type { Unavailable } from '../../application/ports/failures.ts'
import type { Keys } from '../../application/ports/keys.ts'
import type { Secrets } from '../../application/ports/secrets.ts'
import { ANYBODY, type Forbidden } from '../../domain/caller.ts'
import type { KeyId } from '../../domain/identity.ts'
import type { KeyNotFound } from '../../domain/keys/api-key.ts'
import type { ExpiryOutOfRange } from '../../domain/keys/issue-key.ts'
import { keyView } from '../http/keys/views.ts'
import type { KeyCommand } from './key-command.ts'

type Failure = Forbidden | KeyNotFound | ExpiryOutOfRange | Unavailable

/** Writes one line: the answer on the one, what is said about it on the other. */
export interface Terminal {
  readonly answer: (line: string) => void
  readonly say: (line: string) => void
}

const sentenceOf = (failure: Failure): string => {
  switch (failure.kind) {
    case 'Forbidden':
      return failure.detail
    case 'KeyNotFound':
      return `key ${failure.keyId} was not found`
    case 'ExpiryOutOfRange':
      return '--expires must be in the future, and before the year 10000'
    case 'Unavailable':
      return `the database does not answer: ${(failure.cause as Error).message}`
  }
}

/** Keys shown by one question. */
const PAGE = 100

/** Whoever may reach the database may do everything. Left: why it was not done, in a sentence. */
export const runKeyCommand =
  (keys: Keys, secrets: Secrets, clock: Clock, { answer, say }: Terminal) =>
  async (command: KeyCommand): Promise<E.Either<string, undefined>> => {
    const create = async (draft: Parameters<ReturnType<typeof createKey>>[1]) => {
      const made = await createKey(keys, secrets, clock)(ANYBODY, draft)()
      if (E.isLeft(made)) return made
      say(`key ${made.right.key.id}; its secret, which is told this once:`)
      answer(made.right.secret)
      return E.right(undefined)
    }

    const list = async (before?: KeyId): Promise<E.Either<Failure, undefined>> => {
      const page = await listKeys(keys)(ANYBODY, { limit: PAGE, before })()
      if (E.isLeft(page)) return page
      const { entries, more } = page.right
      for (const key of entries) answer(JSON.stringify(keyView(key)))
      return more ? list(entries.at(-1)?.id) : E.right(undefined)
    }

    const revoke = async (id: KeyId) => {
      const revoked = await revokeKey(keys)(ANYBODY, id)()
      if (E.isLeft(revoked)) return revoked
      say(`key ${id} is revoked: every server refuses it within 5 s`)
      return E.right(undefined)
    }

    const done = async (): Promise<E.Either<Failure, undefined>> => {
      switch (command.verb) {
        case 'create':
          return create(command.draft)
        case 'list':
          return list()
        case 'revoke':
          return revoke(command.id)
      }
    }
    return E.mapLeft(sentenceOf)(await done())
  }
