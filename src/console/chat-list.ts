import { useState } from 'preact/hooks'
import type { Chat } from '../client/index.ts'
import { failureText } from './failure.ts'
import { html } from './html.ts'
import type { Line, Listing } from './listing.ts'
import { OpenChat } from './open-chat.ts'
import { placeOf, useOnline } from './place.ts'
import type { Session } from './session.ts'
import { say, sayOf, whenOf } from './words.ts'

const Entry = ({ line: { chat, unread, last }, isOpen }: { readonly line: Line; readonly isOpen: boolean }) =>
  html`<li>
    <a href=${placeOf(chat.id)} aria-current=${isOpen ? 'page' : undefined}>
      <span class="title">${chat.title}</span>
      ${last && html`<time datetime=${last.created_at}>${whenOf(last.created_at)}</time>`}
      <span class="last">${last ? `${last.author ?? say('someService')}: ${last.text}` : `#${chat.id}`}</span>
      ${
        unread > 0 &&
        html`<span class="badge"
          ><span aria-hidden="true">${unread}</span><span class="unseen">${sayOf('unread', unread)}</span></span
        >`
      }
    </a>
  </li>`

/** The chats that are there for everybody, when somebody asks for them. */
const PublicChats = ({ session: { client } }: { readonly session: Session }) => {
  const [chats, setChats] = useState<readonly Chat[]>()
  const read = (event: Event) => {
    if (!(event.currentTarget as HTMLDetailsElement).open) return
    client.listChats({ visibility: 'public', limit: 50 }).then(
      ({ entries }) => setChats(entries),
      () => setChats(undefined),
    )
  }
  return html`<details class="public" onToggle=${read}>
    <summary>${say('publicChats')}</summary>
    <ul>
      ${chats?.map(
        (chat) =>
          html`<li key=${chat.id}>
            <a href=${placeOf(chat.id)}><span class="title">${chat.title}</span></a>
          </li>`,
      )}
    </ul>
  </details>`
}

interface ChatListProps {
  readonly session: Session
  readonly listing: Listing
  readonly open: number | undefined
}

export const ChatList = ({ session, listing: { lines, isConnected, failure, more, refresh }, open }: ChatListProps) => {
  const isOnline = useOnline()
  const [isOpening, setOpening] = useState(false)
  return html`<nav class="chats" aria-label=${say('chats')}>
    <div class="bar">
      <h2>${say('chats')}</h2>
      ${(isConnected === false || !isOnline) && html`<span role="status">${say('reconnecting')}</span>`}
      ${session.user === undefined && html`<button onClick=${refresh}>${say('refresh')}</button>`}
      <button class="main" onClick=${() => setOpening(true)}>${say('openChat')}</button>
    </div>
    ${!!failure && html`<p role="alert">${failureText(failure)} <button onClick=${refresh}>${say('retry')}</button></p>`}
    ${!lines && !failure && html`<p class="quiet">${say('loading')}</p>`}
    ${lines?.length === 0 && html`<p class="quiet">${say('noChats')}</p>`}
    <ul>
      ${lines?.map((line) => html`<${Entry} key=${line.chat.id} line=${line} isOpen=${line.chat.id === open} />`)}
    </ul>
    ${more && html`<p><button onClick=${more}>${say('more')}</button></p>`}
    ${session.user !== undefined && html`<${PublicChats} session=${session} />`}
    ${isOpening && html`<${OpenChat} session=${session} opened=${refresh} close=${() => setOpening(false)} />`}
  </nav>`
}
