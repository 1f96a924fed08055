import { ContainerModule } from 'inversify'
import { getMember } from '../application/members/get-member.ts'
import { listMembers } from '../application/members/list-members.ts'
import { putMember } from '../application/members/put-member.ts'
import { removeMember } from '../application/members/remove-member.ts'
import { memberEndpoints } from '../interfaces/http/members/members.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { chats, clock, contract, roomEndpoints } = names

export const membersModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, roomEndpoints, { contract, chats, clock }, ({ contract, chats, clock }) =>
    memberEndpoints(contract, {
      listMembers: listMembers(chats),
      getMember: getMember(chats),
      putMember: putMember(chats, clock),
      removeMember: removeMember(chats, clock),
    }),
  )
})
