import type { Storage } from '../../src/composition/storage.ts'
import { type Messenger, serve } from '../../src/messenger.ts'
import type { Hold } from '../releasing.ts'
import { aConfig, aLogger } from '../served.ts'

/** One chat on one storage, driven over HTTP, with a clock that only the commands move. */
export interface Side {
  readonly ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<string>
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Opens what one server needs of the storage. */
type Open = () => Promise<Storage>

/** A chat that everybody sees, with bob in it. */
const CHAT = JSON.stringify({
  title: 'model',
  visibility: 'public',
  members: [{ user_id: 'bob', role: 'member' }],
})

/** Of several servers, which are asked in turn. */
export const aSide = async (hold: Hold, opens: readonly Open[], clock: { now: () => Date }): Promise<Side> => {
  const config = aConfig()
  const started = (): Promise<Messenger[]> =>
    Promise.all(opens.map(async (open) => serve(await open(), config, aLogger(), clock)))
  let servers = await started()
  let stopped: Promise<void> | undefined
  const stop = hold(
    () => (stopped ??= Promise.all(servers.map((server) => server.stop())).then(() => {})),
    (stop) => stop(),
  )
  let asked = 0
  let chat = ''
  const ask: Side['ask'] = async (method, path, body, headers = {}) => {
    const { url } = servers[asked++ % servers.length] as Messenger
    const response = await fetch(`${url}${chat}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-request-id': 'history-0', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const seen = ['etag', 'location', 'link', 'idempotency-replayed'].map((name) => response.headers.get(name))
    const text = [response.status, ...seen, await response.text()].join('\n')
    // The two stores number their chats apart; nothing else may differ.
    const id = chat.split('/')[2] ?? ''
    return text
      .replaceAll(chat || '/chats/none', '/chats/X')
      .replaceAll(`"chat_id":${id},`, '"chat_id":X,')
      .replaceAll(`{"id":${id},"title"`, '{"id":X,"title"')
      .replaceAll(`hat ${id} was`, 'hat X was')
      .replaceAll(`of chat ${id} `, 'of chat X ')
  }
  const created = await fetch(`${servers[0]?.url}/chats/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: CHAT,
  })
  chat = created.headers.get('location') ?? ''
  await created.text()
  return {
    ask,
    restart: async () => {
      await Promise.all(servers.map((server) => server.stop()))
      servers = await started()
    },
    stop,
  }
}
