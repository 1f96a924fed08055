import type { Reading } from '../../../client/schemas.ts'
import { expectSame } from '../../expectations.ts'
import type { Answer, Service } from '../../service.ts'

/** The path of somebody's read marker. */
export const markerOf = (chat: string, user: string): string => `${chat}/members/${user}/read`

export const move = (who: Service, chat: string, user: string, message_id: number, forward?: boolean) =>
  who.put<Reading>(markerOf(chat, user), { message_id, ...(forward !== undefined && { forward }) })

/** Where the marker stands and how much is unread. */
export const standing = ({ status, json }: Answer<Reading>) => {
  expectSame('the status of a marker', status, 200)
  return [json.read_message_id, json.unread]
}

/** Fails unless the user's marker stands there, with so much unread. */
export const expectMarker = async (
  who: Service,
  chat: string,
  user: string,
  expected: readonly [read: number, unread: number],
  what: string,
): Promise<void> => expectSame(what, standing(await who.get<Reading>(markerOf(chat, user))), expected)
