import { useState } from 'preact/hooks'
import type { Message } from '../client/index.ts'
import { html } from './html.ts'
import type { Shown } from './message-window.ts'
import { mayDelete, mayEdit, mayReact, mayWrite, type Standing } from './permissions.ts'
import { say, timeOf } from './words.ts'

/** What is at hand; any reaction that others made can be joined. */
const REACTIONS = ['👍', '❤', '😂', '🎉', '😮', '👀']

/** What may be done with a message. */
export interface MessageActs {
  readonly reply: (message: Message) => void
  readonly edit: (message: Message) => void
  readonly remove: (message: Message) => void
  readonly react: (message: Message, reaction: string) => void
}

interface ItemProps {
  readonly message: Shown
  readonly user: string | undefined
  readonly standing: Standing
  readonly own: ReadonlySet<string>
  /** Whether this is the one that the keyboard is at: only it can be reached with Tab, and shows what can be done with it. */
  readonly isCurrent: boolean
  readonly choose: () => void
  readonly acts: MessageActs
}

const Tools = ({ message, user, standing, acts }: ItemProps & { readonly message: Message }) => {
  const [isReacting, setReacting] = useState(false)
  const isOwn = message.author === (user ?? null)
  const react = (reaction: string) => {
    setReacting(false)
    acts.react(message, reaction)
  }
  const escape = (event: KeyboardEvent) => event.key === 'Escape' && setReacting(false)
  return html`<div class="tools" onKeyDown=${escape}>
    ${
      mayReact(standing) &&
      html`<button aria-expanded=${isReacting} onClick=${() => setReacting(!isReacting)}>${say('react')}</button>
        ${isReacting && REACTIONS.map((one) => html`<button key=${one} class="emoji" onClick=${() => react(one)}>${one}</button>`)}`
    }
    ${mayWrite(standing) && html`<button onClick=${() => acts.reply(message)}>${say('reply')}</button>`}
    ${mayEdit(standing, isOwn) && html`<button onClick=${() => acts.edit(message)}>${say('edit')}</button>`}
    ${mayDelete(standing, isOwn) && html`<button onClick=${() => acts.remove(message)}>${say('remove')}</button>`}
  </div>`
}

const Reactions = ({ message, standing, own, isCurrent, acts }: ItemProps & { readonly message: Message }) =>
  html`<div class="reactions">
    ${message.reactions.map(
      ({ reaction, count }) =>
        html`<button
          key=${reaction}
          aria-pressed=${own.has(`${message.id} ${reaction}`)}
          disabled=${!mayReact(standing)}
          tabindex=${isCurrent ? 0 : -1}
          onClick=${() => acts.react(message, reaction)}
        >
          ${reaction} ${count}
        </button>`,
    )}
  </div>`

export const Item = (props: ItemProps) => {
  const { message, user, isCurrent, choose } = props
  const isOwn = message.author === (user ?? null)
  return html`<li
    data-id=${message.id}
    class=${isOwn ? 'own' : undefined}
    tabindex=${isCurrent ? 0 : -1}
    onFocus=${choose}
    onMouseEnter=${choose}
  >
    <p class="by">
      <b>${message.author ?? say('someService')}</b>
      <span>#${message.id}</span>
      <time datetime=${message.created_at}>${timeOf(message.created_at)}</time>
      ${message.edited_at !== null && html`<span>${say('edited')}</span>`}
    </p>
    ${message.reply_to !== null && html`<p class="quiet">↩ ${say('repliesTo', { n: message.reply_to })}</p>`}
    ${
      'text' in message
        ? html`<p class="text">${message.text}</p>
            ${message.reactions.length > 0 && html`<${Reactions} ...${props} message=${message} />`}
            ${isCurrent && html`<${Tools} ...${props} message=${message} />`}`
        : html`<p class="quiet">${say('deletedMessage')}</p>`
    }
  </li>`
}
