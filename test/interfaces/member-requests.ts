import type { Member } from '../../src/client/schemas.ts'
import type { ChatBody, Client } from '../client.ts'
import { asUser } from '../credentials.ts'

type Headers = Readonly<Record<string, string>>

export const ALICE = asUser('alice')

export const withJson = (headers: Headers) => ({ 'content-type': 'application/json', ...headers })

/** Requests about members, alice's unless somebody else makes them. */
export const memberRequests = (client: Client) => ({
  /** A chat of alice's, with others as plain members. */
  aChat: async (members: readonly string[] = [], body: object = {}) => {
    const appointments = members.map((user_id) => ({ user_id, role: 'member' }))
    const said = { title: 'Release party', members: appointments, ...body }
    return `/chats/${(await client.post<ChatBody>('/chats/', said, ALICE)).json.id}`
  },
  put: (chat: string, user: string, role: string, headers: Headers = ALICE) =>
    client.request<Member>('PUT', `${chat}/members/${encodeURIComponent(user)}`, {
      body: JSON.stringify({ role }),
      headers: withJson(headers),
    }),
  remove: async (chat: string, user: string, headers: Headers = ALICE) =>
    (await client.delete(`${chat}/members/${user}`, headers)).status,
  tagOf: async (target: string, headers: Headers = ALICE) =>
    (await client.get<unknown>(target, headers)).headers.get('etag'),
})
