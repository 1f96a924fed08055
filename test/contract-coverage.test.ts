import { expect } from 'chai'
import { promised, unseen } from './recorder.ts'

// Named so that it is loaded after every other file: see `spec` in .mocharc.json.
describe('openapi.yaml, at the end of all tests', () => {
  it('promises nothing that was not seen: every operation with every status it documents', () => {
    expect(promised()).to.have.length.above(60)
    expect(unseen()).to.deep.equal([])
  })
})
