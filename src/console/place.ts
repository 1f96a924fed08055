import { useEffect, useState } from 'preact/hooks'

const chatIn = (hash: string) => Number(/^#\/chats\/(\d+)$/.exec(hash)?.[1] ?? 0) || undefined

export const placeOf = (chatId: number): string => `#/chats/${chatId}`

/** The chat that the address names. Nothing else stands there: no user, no token. */
export const usePlace = (): number | undefined => {
  const [chatId, setChat] = useState(() => chatIn(location.hash))
  useEffect(() => {
    const read = () => setChat(chatIn(location.hash))
    addEventListener('hashchange', read)
    return () => removeEventListener('hashchange', read)
  }, [])
  return chatId
}

/** Leaves a place to which nothing leads back: it is there no more. */
export const leavePlace = (): void => location.replace('#')

export const goTo = (chatId: number | undefined): void => {
  location.hash = chatId === undefined ? '' : placeOf(chatId)
}

const useAnswer = (target: EventTarget, events: readonly string[], ask: () => boolean): boolean => {
  const [answer, setAnswer] = useState(ask)
  useEffect(() => {
    const again = () => setAnswer(ask())
    for (const event of events) target.addEventListener(event, again)
    return () => {
      for (const event of events) target.removeEventListener(event, again)
    }
  }, [])
  return answer
}

/** Whether somebody can see the page. A hidden one holds no stream of a chat: a browser has few connections for all its tabs. */
export const useVisible = (): boolean => useAnswer(document, ['visibilitychange'], () => !document.hidden)

/** Whether the browser believes that it has a network. A stream that was cut without a word is not heard of as soon. */
export const useOnline = (): boolean => useAnswer(window, ['online', 'offline'], () => navigator.onLine)
