import { useState } from 'preact/hooks'
import { Dialog } from './dialog.ts'
import { html } from './html.ts'
import { type Acting, recall, type Session, subjectOf } from './session.ts'
import { say } from './words.ts'

/** Whether the service lets in everybody, or who shows a token or a key: the page was told. */
const needsToken = document.documentElement.dataset['callers'] !== 'anybody'

const valueIn = (form: EventTarget | null, name: string) =>
  ((new FormData(form as HTMLFormElement).get(name) as string | null) ?? '').trim()

/** What a header can carry. Anything else would be sent nowhere, and nobody would be told why. */
const TOKEN = String.raw`\s*[!-~]+\s*`
const USER_ID = String.raw`\s*(?!\.{1,2}\s*$)[!-~]+\s*`

/** Asks as whom to act. What is typed goes nowhere but to the service. */
export const ActingForm = ({ begin }: { readonly begin: (acting: Acting) => void }) => {
  const [isForUser, setForUser] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const token = needsToken ? valueIn(event.currentTarget, 'token') : undefined
    const subject = token === undefined ? undefined : subjectOf(token)
    const typed = valueIn(event.currentTarget, 'user')
    begin({ token, user: subject ?? (typed === '' ? undefined : typed) })
  }
  const judge = (event: InputEvent) =>
    setForUser(subjectOf((event.currentTarget as HTMLInputElement).value) !== undefined)

  return html`<main class="acting">
    <form onSubmit=${submit}>
      <h1>${say('messenger')}</h1>
      <h2>${say('actAs')}</h2>
      ${
        needsToken &&
        html`<label>
          ${say('token')}
          <input name="token" type="password" required pattern=${TOKEN} autocomplete="off" autofocus onInput=${judge} />
        </label>`
      }
      ${
        !isForUser &&
        html`<label>
            ${say('userId')}
            <input
              name="user"
              maxlength="255"
              pattern=${USER_ID}
              autocomplete="off"
              autocapitalize="off"
              autofocus=${!needsToken}
              aria-describedby="hint"
            />
          </label>
          <p id="hint" class="quiet">${say(needsToken ? 'keyUserHint' : 'userIdHint')}</p>`
      }
      <p class="row"><button class="main">${say('begin')}</button> <a href="docs/">${say('documentation')}</a></p>
    </form>
  </main>`
}

/** Asks for another token in place of one that is refused. Whatever waits goes on with it. */
export const Renewal = ({ session, leave }: { readonly session: Session; readonly leave: () => void }) => {
  const [isOther, setOther] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const token = valueIn(event.currentTarget, 'token')
    const subject = subjectOf(token)
    const isSame = subject === undefined || subject === session.user
    setOther(!isSame)
    if (!isSame) return
    recall({ user: session.user, token })
    session.renew(token)
  }
  return html`<${Dialog} title=${say('token')}>
    <form onSubmit=${submit}>
      <p role="alert">${say(isOther ? 'anotherUser' : 'tokenRefused')}</p>
      <label>
        ${say('token')}
        <input name="token" type="password" required pattern=${TOKEN} autocomplete="off" autofocus />
      </label>
      <p class="row">
        <button class="main">${say('goOn')}</button>
        <button type="button" onClick=${leave}>${say('leave')}</button>
      </p>
    </form>
  <//>`
}
