import { expect } from 'chai'
import { promised, unseen } from './recorder.ts'

// Loaded after every other file, and only when every file is run: see .mocharc.mjs.
describe('openapi.yaml, at the end of all tests', () => {
  it('promises nothing that was not seen: every operation with every status it documents', function () {
    expect(promised()).to.have.length.above(60)
    // Run alone, it has nothing to judge by.
    if (unseen().length === promised().length) return this.skip()
    expect(unseen()).to.deep.equal([])
  })
})
