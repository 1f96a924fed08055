import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { html } from './html.ts'
import { say } from './words.ts'

interface DialogProps {
  readonly title: string
  /** Told when it is closed, by Escape as well. Without it, it stays. */
  readonly close?: (() => void) | undefined
  readonly children?: ComponentChildren
}

/** A dialog of the browser's own: it holds the focus, and gives it back. */
export const Dialog = ({ title, close, children }: DialogProps) => {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  const cancel = (event: Event) => {
    event.preventDefault()
    close?.()
  }
  return html`<dialog ref=${ref} aria-labelledby=${id} onCancel=${cancel}>
    <h2 id=${id}>${title}</h2>
    ${children}
  </dialog>`
}

interface QuestionProps {
  readonly text: string
  readonly yes: string
  readonly answer: (isYes: boolean) => void
}

/** Asks before something is gone for good. */
export const Question = ({ text, yes, answer }: QuestionProps) =>
  html`<${Dialog} title=${text} close=${() => answer(false)}>
    <p class="row">
      <button class="danger" onClick=${() => answer(true)}>${yes}</button>
      <button onClick=${() => answer(false)}>${say('cancel')}</button>
    </p>
  <//>`
