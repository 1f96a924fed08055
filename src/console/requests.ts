import { useState } from 'preact/hooks'
import { html } from './html.ts'
import { useStore } from './use-store.ts'
import type { Passage, Traffic } from './traffic.ts'
import { say } from './words.ts'

/** Browsers lend the clipboard to pages that came with TLS or from this machine; elsewhere the text is selected. */
const copied = async (text: string, shown: Element | null): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    if (shown) getSelection()?.selectAllChildren(shown)
    return false
  }
}

type Request = Extract<Passage, { readonly kind: 'request' }>

const RequestLine = ({ method, target, curl, outcome, isFailure }: Request) => {
  const [done, setDone] = useState<'copied' | 'selected'>()
  const copy = async ({ currentTarget }: MouseEvent) => {
    const shown = (currentTarget as Element).parentElement?.querySelector('code') ?? null
    setDone((await copied(curl, shown)) ? 'copied' : 'selected')
  }
  return html`<li class=${isFailure ? 'failed' : undefined}>
    <details>
      <summary><b>${method}</b> ${target} <span class="quiet">${outcome ?? '…'}</span></summary>
      <code>${curl}</code>
      <button onClick=${copy}>${say(done ?? 'copy')}</button>
    </details>
  </li>`
}

const EventLine = ({ type, data }: Extract<Passage, { readonly kind: 'event' }>) =>
  html`<li class="event">
    <details>
      <summary><b>← ${type}</b> <span class="quiet">${data}</span></summary>
      <code>${data}</code>
    </details>
  </li>`

export const Requests = ({ traffic, close }: { readonly traffic: Traffic; readonly close: () => void }) => {
  const passages = useStore(traffic.passages)
  return html`<aside class="requests" aria-label=${say('requests')}>
    <div class="bar">
      <h2>${say('requests')}</h2>
      <button onClick=${close}>${say('close')}</button>
    </div>
    <p class="quiet">${say('requestsHint')}</p>
    <ol>
      ${passages.map((one) =>
        one.kind === 'request'
          ? html`<${RequestLine} key=${one.id} ...${one} />`
          : html`<${EventLine} key=${one.id} ...${one} />`,
      )}
    </ol>
  </aside>`
}
