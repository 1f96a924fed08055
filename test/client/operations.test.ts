import { expect } from 'chai'
import { createClient, operations } from '../../src/client/index.ts'
import { targetOf } from '../../src/client/operations.ts'

describe("The client's operations", () => {
  it('have a method each', () => {
    const named = (id: string) => ({ followChat: 'follow', followChats: 'followAll' })[id] ?? id
    expect(createClient()).to.have.all.keys([...Object.keys(operations).map(named), 'as'])
  })

  it('have targets in which what is undefined is left out and lists repeat their name', () => {
    expect(targetOf('listChats')).to.equal('/chats/')
    expect(targetOf('getMessage', { chat_id: 7, message_id: 4 })).to.equal('/chats/7/messages/4')
    expect(targetOf('getMember', { chat_id: 7, user_id: 'a/b?c#d%2e' })).to.equal('/chats/7/members/a%2Fb%3Fc%23d%252e')
    for (const user_id of ['', '.', '..'])
      expect(() => targetOf('removeMember', { chat_id: 7, user_id })).to.throw(RangeError)
    expect(targetOf('listMessages', { chat_id: 7 }, { limit: undefined, after: 0, order: 'asc' })).to.equal(
      '/chats/7/messages/?after=0&order=asc',
    )
    expect(targetOf('followChats', {}, { chat_id: [7, 8], after: 'AQc' })).to.equal(
      '/events?chat_id=7&chat_id=8&after=AQc',
    )
  })
})
