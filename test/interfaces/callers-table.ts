/** Who asks, in the order of the columns. */
export const ASKING = [
  'nobody',
  'garbage',
  'an expired token',
  'a token by another algorithm',
  'an expired key',
  'a stranger',
  'the opener',
  'a key to read',
  'a key to write',
  'a key to act',
  'a key to keys',
  'a key to metrics',
  'a key to another chat',
  'root',
] as const

export type Asking = (typeof ASKING)[number]

const anybody = (status: number) => ASKING.map(() => status).join(' ')
const guarded = (others: string) => `401 401 401 401 401 ${others}`

/** What each of them is answered, by operation. An operation without a row fails. */
export const TABLE: Readonly<Record<string, string>> = {
  listChats: guarded('200 200  200 403 403 403 403  200 200'),
  createChat: guarded('201 201  403 201 403 403 403  403 201'),
  getChat: guarded('404 200  200 403 403 403 403  404 200'),
  updateChat: guarded('404 200  403 200 403 403 403  404 200'),
  deleteChat: guarded('404 204  403 204 403 403 403  404 204'),

  listMessages: guarded('404 200  200 403 403 403 403  404 200'),
  sendMessage: guarded('404 201  403 201 403 403 403  404 201'),
  getMessage: guarded('404 200  200 403 403 403 403  404 200'),
  editMessage: guarded('404 200  403 200 403 403 403  404 200'),
  deleteMessage: guarded('404 204  403 204 403 403 403  404 204'),

  addReaction: guarded('404 204  403 403 403 403 403  404 403'),
  removeReaction: guarded('404 204  403 403 403 403 403  404 403'),
  listReactors: guarded('404 200  200 403 403 403 403  404 200'),
  listOwnReactions: guarded('404 200  200 403 403 403 403  404 200'),

  listMembers: guarded('404 200  200 403 403 403 403  404 200'),
  getMember: guarded('404 200  200 403 403 403 403  404 200'),
  putMember: guarded('404 201  403 201 403 403 403  404 201'),
  removeMember: guarded('404 204  403 204 403 403 403  404 204'),

  getReadMarker: guarded('404 200  200 403 403 403 403  404 200'),
  moveReadMarker: guarded('404 200  403 200 403 403 403  404 200'),
  getInbox: guarded('403 200  200 403 403 403 403  403 200'),
  getUnread: guarded('403 200  200 403 403 403 403  403 200'),
  sendTyping: guarded('404 204  403 403 403 403 403  404 403'),

  followChat: guarded('404 200  200 403 403 403 403  404 200'),
  followChats: guarded('404 200  200 403 403 403 403  404 200'),

  followInbox: guarded('403 200  200 403 403 403 403  403 200'),

  listKeys: guarded('403 403  403 403 403 200 403  403 200'),
  createKey: guarded('403 403  403 403 403 201 403  403 201'),
  revokeKey: guarded('403 403  403 403 403 204 403  403 204'),

  getMetrics: guarded('403 403  403 403 403 403 200  200 200'),

  getLiveness: anybody(200),
  getReadiness: anybody(200),
  getEntry: anybody(200),
  getConsoleFile: anybody(200),
  getDocs: anybody(200),
  getDocsFile: anybody(200),
  getOpenapiYaml: anybody(200),
  getOpenapiJson: anybody(200),
  getProblem: anybody(200),
}

/** The row of an operation. */
export const statusesOf = (id: string): Readonly<Record<Asking, number>> => {
  const statuses = (TABLE[id] ?? '').split(/ +/).map(Number)
  return Object.fromEntries(ASKING.map((asking, index) => [asking, statuses[index]])) as Record<Asking, number>
}
