import { expect } from 'chai'
import { mayDelete, mayDeleteChat, mayEdit, mayReact, mayWrite, type Standing } from '../../src/console/permissions.ts'
import { mayDo } from '../../src/domain/chat/permissions.ts'

const STANDINGS: readonly Standing[] = ['service', 'owner', 'moderator', 'member', 'reader', 'stranger']

describe('What the console offers', () => {
  for (const standing of STANDINGS)
    it(`is what the service allows: ${standing}`, () => {
      expect(mayWrite(standing)).to.equal(mayDo(standing, 'send'))
      expect(mayReact(standing)).to.equal(mayDo(standing, 'react'))
      expect(mayEdit(standing, true)).to.equal(mayDo(standing, 'edit own'))
      expect(mayEdit(standing, false)).to.equal(mayDo(standing, 'edit of others'))
      expect(mayDelete(standing, true)).to.equal(mayDo(standing, 'delete own'))
      expect(mayDelete(standing, false)).to.equal(mayDo(standing, 'delete of others'))
      expect(mayDeleteChat(standing)).to.equal(mayDo(standing, 'delete chat'))
    })
})
