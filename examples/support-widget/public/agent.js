import { foldInbox } from '/client/index.js'
import { followInbox, unreadOf } from './conversation.js'
import { openPanel } from './panel.js'
import { loggedIn } from './session.js'

const { client, me } = await loggedIn(document.querySelector('#login'))
const section = document.querySelector('#chat')
const list = document.querySelector('#inbox')
let close = () => undefined
let open

const choose = (chat) => {
  close()
  open = chat.id
  section.querySelector('h2').textContent = chat.title
  close = openPanel({ client, me, chatId: chat.id, section })
}

const show = (inbox) => {
  const unread = unreadOf(inbox)
  document.title = unread > 0 ? `(${unread}) Agents` : 'Agents'
  list.replaceChildren(
    ...inbox.map(({ chat, unread, last_message }) => {
      const button = document.createElement('button')
      button.textContent = `${chat.title}${unread > 0 ? ` (${unread})` : ''}`
      button.title = last_message?.text ?? ''
      button.setAttribute('aria-current', String(chat.id === open))
      button.addEventListener('click', () => choose(chat))
      const item = document.createElement('li')
      item.append(button)
      return item
    }),
  )
}
list.hidden = false
await followInbox({ client, me, foldInbox, show })
