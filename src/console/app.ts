import { useEffect, useMemo, useState } from 'preact/hooks'
import { ActingForm, Renewal } from './acting.ts'
import { ChatList } from './chat-list.ts'
import { ChatView } from './chat-view.ts'
import { html } from './html.ts'
import { useListing } from './listing.ts'
import { goTo, leavePlace, usePlace } from './place.ts'
import { Requests } from './requests.ts'
import { type Acting, recall, recalled, type Session, sessionOf } from './session.ts'
import { useStore } from './use-store.ts'
import { say } from './words.ts'

/** Room enough for the requests beside everything else. */
const isWide = () => matchMedia('(min-width: 1200px)').matches

const Desk = ({ session, leave }: { readonly session: Session; readonly leave: () => void }) => {
  const chatId = usePlace()
  const listing = useListing(session)
  const isRefused = useStore(session.isRefused)
  const [showsRequests, setRequests] = useState(isWide)
  const [notice, setNotice] = useState<string>()
  const unread = listing.lines?.reduce((sum, line) => sum + line.unread, 0) ?? 0

  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${say('messenger')}` : say('messenger')
  }, [unread])
  useEffect(() => {
    if (chatId !== undefined) setNotice(undefined)
  }, [chatId])

  const ended = (why: string) => {
    leavePlace()
    setNotice(why)
    if (session.user === undefined) listing.refresh()
  }

  return html`<div
    class=${`desk ${chatId === undefined ? 'at-list' : 'at-chat'} ${showsRequests ? 'with-requests' : ''}`}
  >
    <header class="bar top">
      <h1>${say('messenger')}</h1>
      <span class="who">${session.user ?? say('asService')}</span>
      <a href="docs/">${say('documentation')}</a>
      <button aria-expanded=${showsRequests} onClick=${() => setRequests(!showsRequests)}>${say('requests')}</button>
      <button onClick=${leave}>${say('leave')}</button>
    </header>
    <${ChatList} session=${session} listing=${listing} open=${chatId} />
    <main>
      ${notice !== undefined && html`<p role="alert" class="notice">${notice}</p>`}
      ${
        chatId === undefined
          ? html`<p class="nothing quiet">${say('chooseChat')}</p>`
          : html`<${ChatView} key=${chatId} session=${session} chatId=${chatId} ended=${ended} />`
      }
    </main>
    ${showsRequests && html`<${Requests} traffic=${session.traffic} close=${() => setRequests(false)} />`}
    ${isRefused && html`<${Renewal} session=${session} leave=${leave} />`}
  </div>`
}

export const App = () => {
  const [acting, setActing] = useState(recalled)
  const session = useMemo(() => acting && sessionOf(acting), [acting])
  const act = (next: Acting | undefined) => {
    recall(next)
    if (next === undefined) goTo(undefined)
    setActing(next)
  }
  return session
    ? html`<${Desk} key=${session} session=${session} leave=${() => act(undefined)} />`
    : html`<${ActingForm} begin=${act} />`
}
