import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Message } from '../client/index.ts'
import { html } from './html.ts'
import { say } from './words.ts'

/** What is being written: something new, an answer, or another text of a message. */
export type Writing =
  | { readonly kind: 'new' }
  | { readonly kind: 'reply'; readonly to: Message }
  | { readonly kind: 'edit'; readonly message: Message }

interface ComposerProps {
  readonly writing: Writing
  readonly draft: string
  readonly keep: (draft: string) => void
  /** Told of each key that changes something. */
  readonly types: () => void
  readonly write: (text: string) => void
  readonly giveUp: () => void
}

const about = (writing: Writing) => {
  if (writing.kind === 'edit') return say('editingNumber', { n: writing.message.id })
  return writing.kind === 'reply' ? say('replyingTo', { who: writing.to.author ?? say('someService') }) : undefined
}

/** Enter sends, Shift and Enter begin a line; not while a word is still being put together. */
const isSending = (event: KeyboardEvent) => event.key === 'Enter' && !event.shiftKey && !event.isComposing

export const Composer = ({ writing, draft, keep, types, write, giveUp }: ComposerProps) => {
  const first = writing.kind === 'edit' ? writing.message.text : draft
  const [text, setText] = useState(first)
  const field = useRef<HTMLTextAreaElement>(null)
  const what = about(writing)

  useLayoutEffect(() => {
    setText(first)
    field.current?.focus()
  }, [writing])

  const change = (event: InputEvent) => {
    const typed = (event.currentTarget as HTMLTextAreaElement).value
    setText(typed)
    if (writing.kind !== 'edit') keep(typed)
    types()
  }
  const submit = (event: Event) => {
    event.preventDefault()
    if (text.trim() === '') return
    setText('')
    if (writing.kind !== 'edit') keep('')
    write(text)
    field.current?.focus()
  }
  const press = (event: KeyboardEvent) => {
    if (isSending(event)) submit(event)
    else if (event.key === 'Escape' && what !== undefined) giveUp()
  }

  return html`<form class="composer" onSubmit=${submit}>
    ${
      what !== undefined &&
      html`<p class="row"><span>${what}</span> <button type="button" onClick=${giveUp}>${say('cancel')}</button></p>`
    }
    <div class="row">
      <textarea
        ref=${field}
        rows="1"
        aria-label=${say('message')}
        placeholder=${say('messagePlaceholder')}
        maxlength="10000"
        value=${text}
        onInput=${change}
        onKeyDown=${press}
      ></textarea>
      <button class="main">${say(writing.kind === 'edit' ? 'save' : 'send')}</button>
    </div>
  </form>`
}
