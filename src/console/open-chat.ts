import { useRef, useState } from 'preact/hooks'
import { Dialog } from './dialog.ts'
import { failureText } from './failure.ts'
import { html } from './html.ts'
import { goTo } from './place.ts'
import type { Session } from './session.ts'
import { say } from './words.ts'

interface OpenChatProps {
  readonly session: Session
  readonly opened: () => void
  readonly close: () => void
}

export const OpenChat = ({ session: { client, user }, opened, close }: OpenChatProps) => {
  const [failure, setFailure] = useState<unknown>()
  const isBusy = useRef(false)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (isBusy.current) return
    isBusy.current = true
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const named = (form.get('members') as string).split(',').map((name) => name.trim())
    const members = [...new Set(named)].filter((name) => name !== '' && name !== user)
    try {
      const { id } = await client.createChat({
        title: form.get('title') as string,
        visibility: form.has('public') ? 'public' : 'private',
        members: members.map((user_id) => ({ user_id, role: 'member' })),
      })
      close()
      if (user === undefined) opened()
      goTo(id)
    } catch (error) {
      isBusy.current = false
      setFailure(error)
    }
  }
  return html`<${Dialog} title=${say('openChat')} close=${close}>
    <form onSubmit=${submit}>
      <label>${say('title')} <input name="title" required maxlength="200" autocomplete="off" autofocus /></label>
      <label
        >${say('members')}
        <input name="members" autocomplete="off" autocapitalize="off" aria-describedby="members-hint"
      /></label>
      <p id="members-hint" class="quiet">${say('membersHint')}</p>
      <label class="tick"><input type="checkbox" name="public" /> ${say('forEverybody')}</label>
      ${!!failure && html`<p role="alert">${failureText(failure)}</p>`}
      <p class="row">
        <button class="main">${say('openChat')}</button>
        <button type="button" onClick=${close}>${say('cancel')}</button>
      </p>
    </form>
  <//>`
}
