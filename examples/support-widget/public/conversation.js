/** Milliseconds after which somebody of whom nothing was heard types no more, as the messenger has it. */
const TYPED = 5000

/**
 * Shows the messages of a chat and who is typing, now and whenever that changes, until the signal aborts. What it shows is a copy of
 * what the messenger has: each event is put in the place of what was there.
 */
export const followConversation = async ({ client, me, chatId, show, signal }) => {
  const page = await client.listMessages(chatId, { limit: 100 }, { signal })
  const messages = new Map(page.entries.toReversed().map((message) => [message.id, message]))
  // What changes of older messages, which are not shown, is told as well.
  let first = page.next ? (page.entries.at(-1)?.id ?? 0) : 0
  const typing = new Map()

  const render = () => show({ messages: [...messages.values()], typing: [...typing.keys()] })
  const stopTyping = (user) => {
    clearTimeout(typing.get(user))
    if (typing.delete(user)) render()
  }
  const startTyping = (user) => {
    clearTimeout(typing.get(user))
    typing.set(user, setTimeout(stopTyping, TYPED, user))
    render()
  }

  render()
  for await (const event of client.follow(chatId, { after: page.revision, signal })) {
    if (event.type === 'typing' && event.user_id !== me) startTyping(event.user_id)
    if (event.type === 'chat_restored') {
      messages.clear()
      first = 0
    }
    if (event.type !== 'message') continue
    const { message } = event
    if ('deleted_at' in message) messages.delete(message.id)
    else if (message.id >= first) messages.set(message.id, message)
    stopTyping(message.author)
    render()
  }
  for (const user of typing.keys()) clearTimeout(typing.get(user))
}

/** Shows the chats of a user, each with how much of it is unread, now and whenever that changes, until the signal aborts. */
export const followInbox = async ({ client, me, foldInbox, show, signal }) => {
  const { entries, position } = await client.getInbox(me, { limit: 100 }, { signal })
  let inbox = entries
  show(inbox)
  for await (const event of client.followInbox(me, { after: position, signal })) {
    inbox = foldInbox(inbox, event)
    show(inbox)
  }
}

export const unreadOf = (inbox) => inbox.reduce((sum, { unread }) => sum + unread, 0)
