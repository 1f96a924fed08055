import { type Role, roles } from '../client/index.ts'

/** As what somebody stands in a chat. The service decides: this says what to offer. */
export type Standing = 'service' | Role | 'stranger'

const SEE_TO_OTHERS: readonly Standing[] = ['service', 'owner', 'moderator']

export const mayWrite = (standing: Standing): boolean => standing !== 'reader'

/** A service reacts and types for nobody. */
export const mayReact = (standing: Standing): boolean => mayWrite(standing) && standing !== 'service'

export const mayEdit = (standing: Standing, isOwn: boolean): boolean =>
  standing === 'service' || (isOwn && mayWrite(standing))

export const mayDelete = (standing: Standing, isOwn: boolean): boolean =>
  SEE_TO_OTHERS.includes(standing) || (isOwn && mayWrite(standing))

export const mayDeleteChat = (standing: Standing): boolean => standing === 'service' || standing === 'owner'

/** The roles that may be given to somebody who has that one, or none yet. */
export const rolesFor = (standing: Standing, current?: Role): readonly Role[] => {
  if (standing === 'service' || standing === 'owner') return roles
  const isBelow = current === undefined || current === 'member' || current === 'reader'
  return standing === 'moderator' && isBelow ? ['member', 'reader'] : []
}
