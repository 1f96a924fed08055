import { expect } from 'chai'
import { shareOf } from '../../src/workers/share.ts'

describe('The shares of workers', () => {
  it('are the whole together, and as equal as whole numbers can be', () => {
    for (const [whole, many] of [
      [10_000, 3],
      [7, 7],
      [0, 4],
      [5, 2],
    ] as const) {
      const shares = Array.from({ length: many }, (_, index) => shareOf(whole, many, index))
      expect(shares.reduce((sum, share) => sum + share, 0)).to.equal(whole)
      expect(Math.max(...shares) - Math.min(...shares)).to.be.at.most(1)
    }
  })
})
