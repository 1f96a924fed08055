import type { Message, Page, Tombstone } from '../client/index.ts'

/** How many messages are read at a time, and how many are shown at the most: what is far away is let go. */
export const PAGE = 50
const MOST = 150

export type Shown = Message | Tombstone

/** A message as an event told it, and the chat's revision then. */
interface Told {
  readonly message: Shown
  readonly revision: number
}

/** A part of the chat's messages without gaps, the oldest first. */
export interface MessageWindow {
  readonly messages: readonly Shown[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
  /** What events told, the latest last: a page that was read before them is older. */
  readonly told: ReadonlyMap<number, Told>
}

export const EMPTY: MessageWindow = { messages: [], hasOlder: false, hasNewer: false, told: new Map() }

/** More than come while a page is read. */
const TOLD_KEPT = 1000

/** The messages of a page, each as it is known best. */
const best = (page: Page<Message>, told: MessageWindow['told']): readonly Shown[] =>
  page.entries.map((message) => {
    const later = told.get(message.id)
    return later && later.revision > (page.revision ?? 0) ? later.message : message
  })

/** What was told after the page was read and stands after it. */
const after = (page: Page<Message>, last: number, told: MessageWindow['told']): readonly Shown[] =>
  Array.from(told.values())
    .filter(({ message, revision }) => message.id > last && revision > (page.revision ?? 0))
    .map(({ message }) => message)
    .sort((one, other) => one.id - other.id)

/** The newest messages, as a page of them has them (the newest first). */
export const newest = (page: Page<Message>, { told }: MessageWindow = EMPTY): MessageWindow => {
  const messages = best(page, told).toReversed()
  return {
    messages: [...messages, ...after(page, messages.at(-1)?.id ?? 0, told)],
    hasOlder: page.next !== undefined,
    hasNewer: false,
    told,
  }
}

/** With the page before it, the newest first. What is too far below is let go. */
export const withOlder = (window: MessageWindow, page: Page<Message>): MessageWindow => {
  const messages = [...best(page, window.told).toReversed(), ...window.messages]
  const hasNewer = window.hasNewer || messages.length > MOST
  return { ...window, messages: messages.slice(0, MOST), hasOlder: page.next !== undefined, hasNewer }
}

/** With the page after it, the oldest first. What is too far above is let go. */
export const withNewer = (window: MessageWindow, page: Page<Message>): MessageWindow => {
  const read = [...window.messages, ...best(page, window.told)]
  const hasNewer = page.next !== undefined
  const messages = hasNewer ? read : [...read, ...after(page, read.at(-1)?.id ?? 0, window.told)]
  const hasOlder = window.hasOlder || messages.length > MOST
  return { ...window, messages: messages.slice(-MOST), hasOlder, hasNewer }
}

const remembered = (told: MessageWindow['told'], message: Shown, revision: number): MessageWindow['told'] => {
  const others = Array.from(told).filter(([id]) => id !== message.id)
  return new Map([...others.slice(-TOLD_KEPT + 1), [message.id, { message, revision }]])
}

/** Puts the message in its place, when the window reaches there. Who reads further up keeps what is read. */
const placed = (window: MessageWindow, message: Shown, isAtEnd: boolean): MessageWindow => {
  const { messages } = window
  if (messages.some(({ id }) => id === message.id))
    return { ...window, messages: messages.map((one) => (one.id === message.id ? message : one)) }
  const isNext = message.id > (messages.at(-1)?.id ?? 0)
  if (!isNext || window.hasNewer) return window
  if (messages.length < MOST) return { ...window, messages: [...messages, message] }
  if (!isAtEnd) return { ...window, hasNewer: true }
  return { ...window, messages: [...messages.slice(1 - MOST), message], hasOlder: true }
}

/** With what an event told, as of that revision. */
export const withTold = (window: MessageWindow, message: Shown, revision: number, isAtEnd: boolean): MessageWindow => {
  const known = window.told.get(message.id)
  if (known && known.revision >= revision) return window
  return { ...placed(window, message, isAtEnd), told: remembered(window.told, message, revision) }
}

/** With what was just sent, unless an event told it before. */
export const withSent = (window: MessageWindow, message: Message): MessageWindow =>
  window.told.has(message.id) || window.messages.some(({ id }) => id === message.id)
    ? window
    : placed(window, message, true)
