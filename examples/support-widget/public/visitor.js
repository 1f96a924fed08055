import { foldInbox } from '/client/index.js'
import { followInbox, unreadOf } from './conversation.js'
import { openPanel } from './panel.js'
import { loggedIn, post } from './session.js'

const { client, me } = await loggedIn(document.querySelector('#login'))
const { chat_id: chatId } = await post('/chat')
openPanel({ client, me, chatId, section: document.querySelector('#chat') })

/** What came while the visitor looked elsewhere. */
const show = (inbox) => {
  const unread = unreadOf(inbox)
  document.title = unread > 0 ? `(${unread}) Support` : 'Support'
}
await followInbox({ client, me, foldInbox, show })
