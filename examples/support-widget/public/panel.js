import { isAborted, isProblem, isTimeout } from '/client/index.js'
import { followConversation } from './conversation.js'

/** Typing is told again after so many milliseconds, not with every key. */
const TYPING_AGAIN = 3000

const wordsFor = (error) => {
  if (isProblem(error, 'validation-failed')) return error.problem.errors.map(({ detail }) => detail).join(', ')
  if (isProblem(error, 'rate-limited')) return 'That was a lot at once. Wait a moment.'
  if (isTimeout(error)) return 'No answer. It may have been sent: look before you send it again.'
  return 'It could not be sent.'
}

/** A chat in that section of the page: its messages, who types, and a form to send with. Gives a function that closes it. */
export const openPanel = ({ client, me, chatId, section }) => {
  const over = new AbortController()
  const { signal } = over
  const [list, status, form] = ['ol', '[role=status]', 'form'].map((name) => section.querySelector(name))
  let last = 0
  let toldTyping = 0

  const readOn = () => {
    if (last === 0 || document.hidden) return
    const marker = { message_id: last, forward: true }
    client.moveReadMarker(chatId, me, marker, { signal }).catch((error) => isAborted(error) || console.warn(error))
  }

  const show = ({ messages, typing }) => {
    list.replaceChildren(
      ...messages.map(({ author, text }) => {
        const item = document.createElement('li')
        const name = document.createElement('b')
        name.textContent = author === me ? 'You' : author
        // Texts are texts: never as HTML.
        item.append(name, ' ', text)
        return item
      }),
    )
    status.textContent = typing.length > 0 ? `${typing.join(', ')} is typing …` : ''
    const newest = messages.at(-1)?.id ?? 0
    if (newest === last) return
    last = newest
    list.lastElementChild?.scrollIntoView()
    readOn()
  }

  const send = async (event) => {
    event.preventDefault()
    const { text, send } = form.elements
    send.disabled = true
    try {
      await client.sendMessage(chatId, { text: text.value }, { signal })
      text.value = ''
      toldTyping = 0
    } catch (error) {
      if (!isAborted(error)) status.textContent = wordsFor(error)
    } finally {
      send.disabled = false
      text.focus()
    }
  }

  const tellTyping = () => {
    if (Date.now() - toldTyping < TYPING_AGAIN) return
    toldTyping = Date.now()
    // Told or not: what is late is not true any more.
    client.sendTyping(chatId, { signal }).catch(() => undefined)
  }

  form.addEventListener('submit', send, { signal })
  form.addEventListener('input', tellTyping, { signal })
  document.addEventListener('visibilitychange', readOn, { signal })
  section.hidden = false
  followConversation({ client, me, chatId, show, signal }).catch((error) => {
    if (!isAborted(error)) status.textContent = 'The chat cannot be shown. Load the page again.'
  })
  return () => over.abort()
}
