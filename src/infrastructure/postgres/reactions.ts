import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Reactions } from '../../application/ports/reactions.ts'

const unavailable = () => TE.left({ kind: 'Unavailable' as const, cause: new Error('not there yet') })

export const postgresReactions = (): Reactions => ({ users: unavailable, ofUser: unavailable })
