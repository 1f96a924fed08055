/** The operations on chats, messages and events: method and path of each, under its id in `openapi.yaml`. */
export const operations = {
  listChats: { method: 'GET', path: '/chats/' },
  createChat: { method: 'POST', path: '/chats/' },
  getChat: { method: 'GET', path: '/chats/{chat_id}' },
  renameChat: { method: 'PATCH', path: '/chats/{chat_id}' },
  deleteChat: { method: 'DELETE', path: '/chats/{chat_id}' },
  listMessages: { method: 'GET', path: '/chats/{chat_id}/messages/' },
  sendMessage: { method: 'POST', path: '/chats/{chat_id}/messages/' },
  getMessage: { method: 'GET', path: '/chats/{chat_id}/messages/{message_id}' },
  editMessage: { method: 'PATCH', path: '/chats/{chat_id}/messages/{message_id}' },
  deleteMessage: { method: 'DELETE', path: '/chats/{chat_id}/messages/{message_id}' },
  followChat: { method: 'GET', path: '/chats/{chat_id}/events' },
  followChats: { method: 'GET', path: '/events' },
} as const

/** The id of an operation. */
export type OperationId = keyof typeof operations

type Query = Readonly<Record<string, string | number | readonly number[] | undefined>>

/** The path and query of one request to an operation. */
export const targetOf = (id: OperationId, path: Readonly<Record<string, number>> = {}, query: Query = {}): string => {
  const filled = operations[id].path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(path[name]))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? (value as readonly number[]) : [value])
      if (one !== undefined) search.append(name, String(one))
  const asked = search.toString()
  return asked === '' ? filled : `${filled}?${asked}`
}
