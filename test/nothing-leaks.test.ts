import { expect } from 'chai'
import { leaksIn, linesHeard, secretsConfided } from './logged.ts'

// Loaded after every other file, and only when every file is run: see .mocharc.mjs.
describe('Everything that the services of all tests have logged, and shown as metrics', () => {
  it('repeats no credential, no key, no token and no query', function () {
    // Run alone, it has nothing to judge by.
    if (linesHeard().length === 0) return this.skip()
    expect(secretsConfided()).to.have.length.above(20)
    expect(leaksIn(linesHeard())).to.deep.equal([])
  })
})
