import { expect } from 'chai'
import { type Batch, batchOf } from '../../../src/application/following/batch.ts'
import {
  bufferFrom,
  type ChangeBuffer,
  changesAfter,
  extended,
  KEPT,
} from '../../../src/application/following/change-buffer.ts'
import type { Change } from '../../../src/domain/chat/change.ts'
import type { Revision } from '../../../src/domain/identity.ts'
import { aChatId } from '../../fixtures.ts'

const aRevision = (revision: number) => revision as Revision

/** Every revision after the first up to the last, as a batch. */
const aBatch = (first: number, last: number): Batch => {
  const revisions = Array.from({ length: last - first }, (_, n) => first + 1 + n)
  const changes = revisions.map((revision) => ({ kind: 'message', chatId: aChatId(), revision }) as unknown as Change)
  return batchOf(aRevision(first), changes, aRevision(last))
}
const added = (buffer: ChangeBuffer, last: number) => extended(buffer, aBatch(buffer.end, last))
const after = (buffer: ChangeBuffer, cursor: number) => changesAfter(buffer, aRevision(cursor))
const revisionsAfter = (buffer: ChangeBuffer, cursor: number) => {
  const batch = after(buffer, cursor)
  return batch === 'forgotten' ? batch : batch?.changes.map(({ revision }) => revision)
}

describe('A buffer of recent changes', () => {
  it('knows nothing of what happened before it began, and that nothing happened since', () => {
    const buffer = bufferFrom(aRevision(5))
    expect(after(buffer, 4)).to.equal('forgotten')
    expect(after(buffer, 5)).to.equal(undefined)
    expect(after(buffer, 9)).to.equal(undefined)
  })

  it('gives what came after any place since its beginning', () => {
    const buffer = added(added(bufferFrom(aRevision(5)), 7), 9)
    expect(revisionsAfter(buffer, 4)).to.equal('forgotten')
    expect(revisionsAfter(buffer, 5)).to.deep.equal([6, 7, 8, 9])
    expect(revisionsAfter(buffer, 6)).to.deep.equal([7, 8, 9])
    expect(revisionsAfter(buffer, 8)).to.deep.equal([9])
    expect(revisionsAfter(buffer, 9)).to.equal(undefined)
  })

  it('gives the very batch that came last to all who are at its beginning', () => {
    const batch = aBatch(7, 9)
    const buffer = extended(added(bufferFrom(aRevision(5)), 7), batch)
    expect(after(buffer, 7)).to.equal(batch)
    expect(after(buffer, 8)).to.not.equal(batch)
  })

  it('says where a batch begins and ends, also where its last change is earlier than its end', () => {
    const buffer = extended(bufferFrom(aRevision(0)), { ...aBatch(0, 3), upTo: aRevision(4) })
    expect(buffer.end).to.equal(4)
    expect(after(buffer, 1)).to.include({ after: 1, upTo: 4 })
    expect(revisionsAfter(buffer, 4)).to.equal(undefined)
  })

  it('forgets the older half when it holds twice of what it keeps, and knows that it did', () => {
    const full = added(added(bufferFrom(aRevision(0)), KEPT), 2 * KEPT)
    expect(revisionsAfter(full, 0)).to.have.length(2 * KEPT)
    const halved = added(full, 2 * KEPT + 1)
    expect(halved.changes).to.have.length(KEPT)
    expect(halved.start).to.equal(KEPT + 1)
    expect(revisionsAfter(halved, KEPT)).to.equal('forgotten')
    expect(revisionsAfter(halved, KEPT + 1)).to.have.length(KEPT)
    expect(revisionsAfter(halved, KEPT + 1)?.[0]).to.equal(KEPT + 2)
  })

  it('is a value: what is added to it makes another', () => {
    const buffer = added(bufferFrom(aRevision(0)), 2)
    added(buffer, 3)
    expect(revisionsAfter(buffer, 0)).to.deep.equal([1, 2])
  })
})
