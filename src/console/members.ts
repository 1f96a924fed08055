import { useEffect, useState } from 'preact/hooks'
import type { Role } from '../client/index.ts'
import { Question } from './dialog.ts'
import type { Feed } from './feed.ts'
import { html } from './html.ts'
import { mayDeleteChat, rolesFor } from './permissions.ts'
import type { Session } from './session.ts'
import type { KnownMember } from './sight.ts'
import { useStore } from './use-store.ts'
import { say } from './words.ts'

interface MembersProps {
  readonly session: Session
  readonly feed: Feed
  readonly fail: (error: unknown) => void
  readonly close: () => void
}

interface RolesProps {
  readonly label: string
  readonly roles: readonly Role[]
  readonly value: Role
  readonly name?: string
  readonly choose?: (role: Role) => void
}

const Roles = ({ label, roles, value, name, choose }: RolesProps) =>
  html`<select
    name=${name}
    aria-label=${label}
    onChange=${(event: Event) => choose?.((event.currentTarget as HTMLSelectElement).value as Role)}
  >
    ${roles.map((role) => html`<option key=${role} value=${role} selected=${role === value}>${say(role)}</option>`)}
  </select>`

export const Members = ({ session: { client, user }, feed, fail, close }: MembersProps) => {
  const { members, standing = 'reader' } = useStore(feed.sight)
  const [isDeleting, setDeleting] = useState(false)
  const { chatId } = feed
  useEffect(() => {
    feed.readMembers().catch(fail)
  }, [feed])

  const put = (userId: string, role: Role) => void client.putMember(chatId, userId, { role }).catch(fail)
  const remove = (userId: string) => void client.removeMember(chatId, userId).catch(fail)
  const add = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const data = new FormData(form)
    put((data.get('user') as string).trim(), data.get('role') as Role)
    form.reset()
  }
  const isMember = standing !== 'service' && standing !== 'stranger'

  const row = ({ user_id, role, read_message_id }: KnownMember) => {
    const given = rolesFor(standing, role)
    const isSelf = user_id === user
    return html`<li key=${user_id}>
      <span
        ><b>${user_id}</b>
        <span class="quiet">${read_message_id ? say('readUpTo', { n: read_message_id }) : ''}</span></span
      >
      ${
        given.length > 0 && !isSelf
          ? html`<${Roles}
                label=${say('roleOf', { who: user_id })}
                roles=${given}
                value=${role}
                choose=${(to: Role) => put(user_id, to)}
              />
              <button aria-label=${say('removeWho', { who: user_id })} onClick=${() => remove(user_id)}>✕</button>`
          : html`<span class="quiet">${say(role)}</span>`
      }
    </li>`
  }

  return html`<aside class="members" aria-label=${say('members')}>
    <div class="bar">
      <h2>${say('members')}</h2>
      <button onClick=${close}>${say('close')}</button>
    </div>
    <ul>
      ${Array.from(members?.values() ?? [], row)}
    </ul>
    ${
      rolesFor(standing).length > 0 &&
      html`<form onSubmit=${add}>
        <label
          >${say('userId')} <input name="user" required maxlength="255" autocomplete="off" autocapitalize="off"
        /></label>
        <div class="row">
          <${Roles} name="role" label=${say('role')} roles=${rolesFor(standing)} value="member" />
          <button>${say('add')}</button>
        </div>
      </form>`
    }
    <p class="row">
      ${standing === 'stranger' && user !== undefined && html`<button onClick=${() => put(user, 'member')}>${say('join')}</button>`}
      ${isMember && user !== undefined && html`<button onClick=${() => remove(user)}>${say('leaveChat')}</button>`}
      ${mayDeleteChat(standing) && html`<button class="danger" onClick=${() => setDeleting(true)}>${say('deleteChat')}</button>`}
    </p>
    ${
      isDeleting &&
      html`<${Question}
        text=${say('deleteChatAsk')}
        yes=${say('deleteChat')}
        answer=${(isYes: boolean) => {
          setDeleting(false)
          if (isYes) client.deleteChat(chatId).catch(fail)
        }}
      />`
    }
  </aside>`
}
