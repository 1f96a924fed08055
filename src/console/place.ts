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

export const goTo = (chatId: number | undefined): void => {
  location.hash = chatId === undefined ? '' : placeOf(chatId)
}

/** Whether somebody can see the page. A hidden one holds no stream of a chat: a browser has few connections for all its tabs. */
export const useVisible = (): boolean => {
  const [isVisible, setVisible] = useState(!document.hidden)
  useEffect(() => {
    const read = () => setVisible(!document.hidden)
    document.addEventListener('visibilitychange', read)
    return () => document.removeEventListener('visibilitychange', read)
  }, [])
  return isVisible
}
