import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { DatabaseError } from 'pg'
import { retry } from '../../../src/infrastructure/postgres/database/retry.ts'
import { classOfFailure, isConflict, wasUndone } from '../../../src/infrastructure/postgres/database/sql-state.ts'

const databaseError = (code: string) => Object.assign(new DatabaseError('refused', 7, 'error'), { code })

/** SQLSTATEs, whether what failed with them was surely undone, and what a caller is told. */
const FAILURES = {
  'the connection ended or was not to be had': {
    codes: ['08000', '08003', '08006', '08P01', '57P01', '57P02', '57P03', '57P05'],
    undone: false,
    answer: 'Unavailable',
  },
  'the server has no means left': { codes: ['53000', '53100', '53200', '53300'], undone: false, answer: 'Unavailable' },
  'the server failed inside': { codes: ['58000', '58030', 'XX000', 'XX001'], undone: false, answer: 'Unavailable' },
  'nobody knows how it ended': { codes: ['40003'], undone: false, answer: 'Unavailable' },
  'it met another transaction': { codes: ['40001', '40P01'], undone: true, answer: 'Unavailable' },
  'it waited too long': { codes: ['55P03', '57014', '25P03', '25P04'], undone: true, answer: 'Unavailable' },
  'the database only reads': { codes: ['25006'], undone: true, answer: 'Unavailable' },
  'the database or a way into it is missing': {
    codes: ['3D000', '3F000', '28000', '28P01'],
    undone: true,
    answer: 'Unavailable',
  },
  'a table, a column, a function or a right is missing': {
    codes: ['42P01', '42703', '42883', '42704', '42501'],
    undone: true,
    answer: 'Unavailable',
  },
  'a prepared statement is not what it was': {
    codes: ['26000', '42P05', '0A000'],
    undone: true,
    answer: 'Unavailable',
  },
  'a trigger of somebody else refused': { codes: ['P0001', '38000', '44000'], undone: true, answer: 'Unavailable' },
  'the data are wrong': { codes: ['22001', '22003', '22021', '22P02', '22P05'], undone: true, answer: 'defect' },
  'a constraint is broken': { codes: ['23502', '23503', '23505', '23514'], undone: true, answer: 'defect' },
  'the statement is wrong': { codes: ['21000', '42601', '42804', '42P18', '54000'], undone: true, answer: 'defect' },
} as const

describe('A failure of PostgreSQL', () => {
  for (const [what, { codes, undone, answer }] of Object.entries(FAILURES))
    it(`is ${answer === 'defect' ? 'a defect of ours' : 'Unavailable'}, and ${undone ? 'surely undone' : 'perhaps kept'}, where ${what}`, async () => {
      for (const code of codes) {
        const error = databaseError(code)
        const told = await retry(() => Promise.reject<E.Either<never, never>>(error))().then(
          (answered) => (E.isLeft(answered) ? answered.left.kind : 'kept'),
          () => 'defect',
        )
        expect({ code, told, undone: wasUndone(error) }).to.deep.equal({ code, told: answer, undone })
      }
    })

  it('is tried again where it met another transaction, and only there', async () => {
    for (const code of Object.values(FAILURES).flatMap(({ codes }) => codes)) {
      let tries = 0
      await retry(() => {
        tries += 1
        return Promise.reject<E.Either<never, never>>(databaseError(code))
      })().catch(() => {})
      expect({ code, again: tries > 1 }).to.deep.equal({ code, again: isConflict(databaseError(code)) })
    }
  })
})

describe('A failure of the driver', () => {
  for (const error of [new Error('Query read timeout'), Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })])
    it(`is Unavailable, and perhaps kept: ${error.message}`, async () => {
      const answer = await retry(() => Promise.reject<E.Either<never, never>>(error))()
      expect(answer).to.deep.equal(E.left({ kind: 'Unavailable', cause: error }))
      expect(wasUndone(error)).to.equal(false)
    })

  for (const defect of [new TypeError('x'), new RangeError('x'), new ReferenceError('x')])
    it(`is a defect when it is a ${defect.name}`, async () => {
      const outcome = await retry(() => Promise.reject<E.Either<never, never>>(defect))().catch(
        (error: unknown) => error,
      )
      expect(outcome).to.equal(defect)
    })
})

describe('The class of a failure', () => {
  it('is that of its SQLSTATE, one word for what extensions make up, and another for what has none', () => {
    const classes = ['57P01', '08006', '42P01', 'ZZ123'].map((code) => classOfFailure(databaseError(code)))
    expect(classes).to.deep.equal(['57', '08', '42', 'other'])
    for (const error of [
      new Error('Query read timeout'),
      Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
      null,
    ])
      expect(classOfFailure(error)).to.equal('none')
  })
})
