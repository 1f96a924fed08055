import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import { UserId } from '../../../domain/caller.ts'
import { MOST_FOUNDERS, VISIBILITIES } from '../../../domain/chat/chat.ts'
import { ROLES } from '../../../domain/chat/member.ts'
import { codec, only, type Parse } from './codec.ts'
import { oneOf, REPEATED } from './rules.ts'

/** Of a body or of a path. */
const userId: Parse<UserId> = (sent) => {
  if (Array.isArray(sent)) return REPEATED
  if (typeof sent !== 'string')
    return E.left(sent === undefined ? 'required: is missing' : 'wrong_type: must be a string')
  return pipe(
    UserId.parse(sent),
    E.mapLeft(() => `malformed: must be 1 to ${UserId.LIMIT} visible ASCII characters, and neither . nor ..`),
  )
}

export const UserIdCodec = codec('UserId', userId, String)
export const RoleCodec = codec('Role', oneOf(...ROLES), String)
export const VisibilityCodec = codec('Visibility', oneOf(...VISIBILITIES), String)
export const PublicCodec = codec('Public', oneOf('public'), String)

const Appointments = t.array(only({ user_id: UserIdCodec, role: RoleCodec }))

/** The members that a chat is opened with. */
export const AppointmentsCodec = new t.Type(
  'Appointments',
  Appointments.is,
  (sent, context) => {
    if (!Array.isArray(sent)) return t.failure(sent, context, 'wrong_type: must be an array')
    if (sent.length > MOST_FOUNDERS) return t.failure(sent, context, `too_many: must be at most ${MOST_FOUNDERS}`)
    return Appointments.validate(sent, context)
  },
  Appointments.encode,
)
