import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { recipesOfHandbook } from './documents.ts'

describe('A recipe of the handbook', () => {
  it('is taken by a test, whichever it is', () => {
    const { blocks, failures } = recipesOfHandbook(fileURLToPath(new URL('../../', import.meta.url)))
    expect(failures).to.deep.equal([])
    expect(blocks).to.be.greaterThan(20)
  })
})
