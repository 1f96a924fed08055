import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { isProblem, type Message } from '../client/index.ts'
import { Composer, type Writing } from './composer.ts'
import { Question } from './dialog.ts'
import { failureText } from './failure.ts'
import { feedOf, forgetTyping } from './feed.ts'
import { html } from './html.ts'
import { Members } from './members.ts'
import { MessageList } from './message-list.ts'
import { mayReact, mayWrite } from './permissions.ts'
import { useOnline, useVisible } from './place.ts'
import type { Session } from './session.ts'
import { useStore } from './use-store.ts'
import { listOf, say, sayOf } from './words.ts'

/** Whoever follows forgets after 5 seconds that somebody types. */
const TYPING_AGAIN_MS = 3000

interface ChatViewProps {
  readonly session: Session
  readonly chatId: number
  /** Told when the chat is there no more, and why. */
  readonly ended: (why: string) => void
}

const NEW: Writing = { kind: 'new' }

export const ChatView = ({ session, chatId, ended }: ChatViewProps) => {
  const { client, user, drafts } = session
  const feed = useMemo(() => feedOf(session, chatId), [session, chatId])
  const { chat, window, standing, typing, heard, isConnected, isAtEnd, end, failure } = useStore(feed.sight)
  const [writing, setWriting] = useState<Writing>(NEW)
  const [removing, setRemoving] = useState<Message>()
  const [showsMembers, setMembers] = useState(false)
  const [trouble, setTrouble] = useState<unknown>()
  const [tries, setTries] = useState(0)
  const typedAt = useRef(0)
  const isVisible = useVisible()
  const isOnline = useOnline()

  useEffect(() => {
    if (!isVisible) return undefined
    const abort = new AbortController()
    void feed.follow(abort.signal)
    return () => abort.abort()
  }, [feed, isVisible, tries])
  useEffect(() => {
    if (typing.size === 0) return undefined
    const timer = setInterval(() => forgetTyping(feed, Date.now()), 500)
    return () => clearInterval(timer)
  }, [feed, typing])
  useEffect(() => {
    if (isAtEnd && isVisible) feed.markRead()
  }, [feed, isAtEnd, isVisible, window])
  useEffect(() => {
    if (end) ended(say(end === 'deleted' ? 'chatDeleted' : 'chatGone'))
  }, [end])

  const types = () => {
    if (!standing || !mayReact(standing) || Date.now() - typedAt.current < TYPING_AGAIN_MS) return
    typedAt.current = Date.now()
    client.sendTyping(chatId).catch(() => undefined)
  }
  const write = (text: string) => {
    setTrouble(undefined)
    typedAt.current = 0
    setWriting(NEW)
    if (writing.kind === 'edit')
      client.editMessage(chatId, writing.message.id, { text }).catch((error: unknown) => {
        setTrouble(error)
        setWriting({ kind: 'edit', message: { ...writing.message, text } })
      })
    else feed.outbox.send(text, writing.kind === 'reply' ? writing.to.id : undefined, window?.messages.at(-1)?.id ?? 0)
  }
  const acts = {
    reply: (to: Message) => setWriting({ kind: 'reply', to }),
    edit: (message: Message) => setWriting({ kind: 'edit', message }),
    remove: setRemoving,
    react: ({ id }: Message, reaction: string) => void feed.react(id, reaction).catch(setTrouble),
  }
  const remove = (isYes: boolean) => {
    setRemoving(undefined)
    if (isYes && removing)
      client
        .deleteMessage(chatId, removing.id)
        .catch((error: unknown) => isProblem(error, 'not-found') || setTrouble(error))
  }

  return html`<section class="chat" aria-label=${chat?.title ?? say('loading')}>
    <header class="bar">
      <a class="back" href="#" aria-label=${say('back')}>←</a>
      <h1>${chat?.title ?? say('loading')}</h1>
      <span role="status">${isConnected === false || !isOnline ? say('reconnecting') : ''}</span>
      <button aria-expanded=${showsMembers} onClick=${() => setMembers(!showsMembers)}>${say('members')}</button>
    </header>
    ${
      !!failure &&
      html`<p role="alert">
        ${failureText(failure)} <button onClick=${() => setTries(tries + 1)}>${say('retry')}</button>
      </p>`
    }
    <${MessageList} key=${chatId} feed=${feed} user=${user} acts=${acts} fail=${setTrouble} />
    <p class="typing quiet" role="status">
      ${typing.size > 0 && sayOf('typing', Math.min(typing.size, 2), { who: listOf(typing.keys()) })}
    </p>
    <p class="unseen" aria-live="polite">
      ${heard && say('newMessage', { who: heard.author ?? say('someService'), text: heard.text })}
    </p>
    ${!!trouble && html`<p role="alert">${failureText(trouble)}</p>`}
    ${
      standing && !mayWrite(standing)
        ? html`<p class="composer quiet">${say('readOnly')}</p>`
        : html`<${Composer}
            writing=${writing}
            draft=${drafts.get(chatId) ?? ''}
            keep=${(draft: string) => drafts.set(chatId, draft)}
            types=${types}
            write=${write}
            giveUp=${() => setWriting(NEW)}
          />`
    }
    ${showsMembers && html`<${Members} session=${session} feed=${feed} fail=${setTrouble} close=${() => setMembers(false)} />`}
    ${removing && html`<${Question} text=${say('deleteMessageAsk')} yes=${say('remove')} answer=${remove} />`}
  </section>`
}
