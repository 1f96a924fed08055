import type { History } from './history.ts'

/** What may be answered to valid requests of this load; 503 beside it while a fault is on. */
const POSSIBLE: Readonly<Record<string, readonly number[]>> = {
  createChat: [201],
  listChats: [200],
  getChat: [200, 404],
  updateChat: [200, 404, 412],
  deleteChat: [204, 404],
  sendMessage: [201, 404],
  listMessages: [200, 404],
  getMessage: [200, 404],
  editMessage: [200, 404, 412],
  deleteMessage: [204, 404, 412],
  followChat: [200, 404],
  followChats: [200, 404],
}

/** Requests without an answer are counted under this. */
export const UNANSWERED = 0

const FOR_NOW = [503, UNANSWERED]

export function* impossible({ answers }: History) {
  for (const { operation, status, isCalm, count } of answers) {
    if (POSSIBLE[operation]?.includes(status)) continue
    if (FOR_NOW.includes(status) && !isCalm) continue
    const what = status === UNANSWERED ? 'was not answered' : `was answered with ${status}`
    yield `${operation} ${what} ${count} times${isCalm ? ' while no fault was on' : ''}`
  }
}

/** Refusals whose reason there never was: a chat or message that is there, a tag that is still right. */
export function* groundless({ deeds, stored }: History) {
  const chats = new Map(stored.map((chat) => [chat.id, chat]))
  for (const { act, by, outcome, status, chat, message, ifMatch } of deeds) {
    const found = chats.get(chat)
    if (outcome !== 'refused' || !found) continue
    const isThere =
      message === undefined ||
      found.messages.some((entry) => entry.message === message) ||
      !found.revisions.has(message)
    if (status === 404 && isThere)
      yield `${act} by ${by} was refused, for chat ${chat}, message ${message} is not there`
    const revision = message === undefined ? found.revision : (found.revisions.get(message) ?? 0)
    if (status === 412 && ifMatch === revision)
      yield `${act} by ${by} was refused, for chat ${chat}, message ${message} is not at revision ${ifMatch}`
  }
}
