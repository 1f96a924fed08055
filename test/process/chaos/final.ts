import type { ChatBody, MessageBody } from '../../client.ts'
import type { Chat as ListedChat } from '../../../src/client/schemas.ts'
import type { DurablePostgres } from '../../durable-postgres.ts'
import type { Chat, Entry, StoredChat } from './checker/history.ts'
import { revisionOf, type World } from './clients/world.ts'

interface MessageRow {
  readonly chat_id: string
  readonly id: string
  readonly text: string | null
  readonly revision: string
}

/** Every chat as the tables have it. */
export const storedChats = async (postgres: DurablePostgres): Promise<readonly StoredChat[]> => {
  const chats = (await postgres.query('select * from chats order by id')) as Readonly<Record<string, string>>[]
  const rows = (await postgres.query(
    'select chat_id, id, text, revision from messages order by chat_id, id',
  )) as unknown as MessageRow[]
  const byChat = Map.groupBy(rows, ({ chat_id }) => chat_id)
  return chats.map(({ id = '', title = '', revision, last_message_id, changed_at_revision }) => {
    const own = byChat.get(id) ?? []
    return {
      id: Number(id),
      title,
      revision: Number(revision),
      lastMessage: Number(last_message_id),
      renamedAt: Number(changed_at_revision),
      messages: own.flatMap(({ id, text }) => (text === null ? [] : [{ message: Number(id), text }])),
      revisions: new Map(own.map(({ id, revision }) => [Number(id), Number(revision)])),
    }
  })
}

/** Every chat as one server shows it, read through all of its pages. */
export const serverChats = async (world: World, server: number): Promise<readonly Chat[]> => {
  const url = world.urls[server]
  const read = async <Body>(operation: string, target: string) => {
    const answer = await world.ask<Body>(operation, (client) => client.get<Body>(target), url)
    if (answer?.status !== 200) throw new Error(`${target} was answered with ${answer?.status ?? 'nothing'}`)
    return answer
  }
  const all = async <A extends { readonly id: number }>(operation: string, path: string): Promise<readonly A[]> => {
    const entries: A[] = []
    for (;;) {
      const after = entries.reduce((greatest, { id }) => Math.max(greatest, id), 0)
      const { json } = await read<A[]>(operation, `${path}?limit=100&after=${after}`)
      entries.push(...json)
      if (json.length < 100) return entries.toSorted((a, b) => a.id - b.id)
    }
  }
  const chats: Chat[] = []
  for (const { id, title } of await all<ListedChat>('listChats', '/chats/')) {
    const answer = await read<ChatBody>('getChat', `/chats/${id}?limit=1`)
    const messages = (await all<MessageBody>('listMessages', `/chats/${id}/messages/`)).map(({ id, text }): Entry => ({
      message: id,
      text,
    }))
    chats.push({ id, title, revision: revisionOf(answer) ?? -1, lastMessage: answer.json.last_message_id, messages })
  }
  return chats
}
