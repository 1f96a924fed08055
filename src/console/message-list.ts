import { useRef, useState } from 'preact/hooks'
import type { Feed } from './feed.ts'
import { html } from './html.ts'
import { Item, type MessageActs } from './message.ts'
import { EMPTY } from './message-window.ts'
import { type Letter, notArrived } from './letter.ts'
import { useScrolling } from './scrolling.ts'
import { useStore } from './use-store.ts'
import { dayOf, say } from './words.ts'

interface MessageListProps {
  readonly feed: Feed
  readonly user: string | undefined
  readonly acts: MessageActs
  readonly fail: (error: unknown) => void
}

const Waiting = ({ letter, feed: { outbox } }: { readonly letter: Letter; readonly feed: Feed }) =>
  html`<li class=${`own ${letter.state}`}>
    <p class="text">${letter.text}</p>
    ${
      letter.state === 'sending'
        ? html`<p class="quiet">${say('sending')}</p>`
        : html`<p role="alert">${say('failed')} ${letter.why}</p>
            <p class="row">
              <button onClick=${() => outbox.retry(letter)}>${say('retry')}</button>
              <button onClick=${() => outbox.discard(letter)}>${say('discard')}</button>
            </p>`
    }
  </li>`

/** Where the arrow keys lead. */
const STEPS: Readonly<Record<string, (index: number, length: number) => number>> = {
  ArrowUp: (index) => index - 1,
  ArrowDown: (index) => index + 1,
  Home: () => 0,
  End: (_, length) => length - 1,
}

export const MessageList = ({ feed, user, acts, fail }: MessageListProps) => {
  const { window: read, standing = 'reader', own, isAtEnd } = useStore(feed.sight)
  const letters = useStore(feed.outbox.letters)
  const { messages, hasOlder, hasNewer } = read ?? EMPTY
  const [chosen, choose] = useState<number>()
  const ref = useRef<HTMLDivElement>(null)
  const { look, toEnd } = useScrolling(ref, {
    hasOlder,
    hasNewer,
    older: () => void feed.older().catch(fail),
    newer: () => void feed.newer().catch(fail),
    atEnd: (isThere) =>
      feed.sight.change((sight) => (sight.isAtEnd === isThere ? sight : { ...sight, isAtEnd: isThere })),
  })
  const current = messages.some(({ id }) => id === chosen) ? chosen : messages.at(-1)?.id

  const step = (event: KeyboardEvent) => {
    const to = STEPS[event.key]
    const target = event.target as HTMLElement
    if (!to || target.dataset['id'] === undefined) return
    event.preventDefault()
    const index = messages.findIndex(({ id }) => id === Number(target.dataset['id']))
    const next = messages[to(index, messages.length)]
    if (next) ref.current?.querySelector<HTMLElement>(`[data-id="${next.id}"]`)?.focus()
  }
  const toLatest = () => {
    toEnd()
    feed.latest().catch(fail)
  }
  const isNewDay = (index: number) =>
    index === 0 || dayOf(messages[index - 1]?.created_at ?? '') !== dayOf(messages[index]?.created_at ?? '')

  return html`<div class="messages" ref=${ref} onScroll=${look} onKeyDown=${step}>
      <ol aria-label=${say('messages')}>
        ${messages.map((message, index) => [
          isNewDay(index) && html`<li class="day" key=${`day ${message.id}`}>${dayOf(message.created_at)}</li>`,
          html`<${Item}
            key=${message.id}
            message=${message}
            user=${user}
            standing=${standing}
            own=${own}
            isCurrent=${message.id === current}
            choose=${() => choose(message.id)}
            acts=${acts}
          />`,
        ])}
        ${
          !hasNewer &&
          notArrived(letters, messages, user).map(
            (letter) => html`<${Waiting} key=${letter.key} letter=${letter} feed=${feed} />`,
          )
        }
      </ol>
    </div>
    ${!isAtEnd && html`<button class="latest" onClick=${toLatest}>↓ ${say('latest')}</button>`}`
}
