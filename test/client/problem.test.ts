import { expect } from 'chai'
import {
  createClient,
  type FieldError,
  isProblem,
  type ParameterError,
  ProblemError,
  type ProblemName,
  problemTypes,
} from '../../src/client/index.ts'
import { refusalOf } from '../../src/client/problem.ts'
import { createMessenger } from '../../src/testing/index.ts'
import { releasing } from '../releasing.ts'
import { rejection } from './rejection.ts'

type Same<A, B> = [A, B] extends [B, A] ? true : false

/** Compiles only when the value has exactly the type. */
const has =
  <Type>() =>
  <Actual>(_value: Actual, _isSo: Same<Actual, Type>) =>
    undefined

const aProblem = (type: string, more: object = {}) => {
  const problem = { type, title: 'No', status: 422, detail: 'Not so', instance: 'urn:request:problem-0001', ...more }
  return refusalOf(422, 'application/problem+json', JSON.stringify(problem))
}

describe('A problem that was caught', () => {
  const hold = releasing()

  it('has its errors, once it is known that values break rules', async () => {
    const messenger = hold(createMessenger(), ({ close }) => close())
    const client = createClient({ fetch: messenger.fetch })
    const error = await rejection(client.createChat({ title: ' ', visibility: 'secret' as 'public' }))
    if (!isProblem(error, 'validation-failed')) throw error
    const { errors, type } = error.problem
    has<readonly (FieldError | ParameterError)[]>()(errors, true)
    has<'/problems/validation-failed'>()(type, true)
    expect(errors.map((one) => ('pointer' in one ? one.pointer : one.parameter))).to.have.members([
      '#/title',
      '#/visibility',
    ])
  })

  it('is narrowed by a switch over its type as well', () => {
    const error = aProblem('/problems/validation-failed', {
      errors: [{ parameter: 'limit', code: 'repeated', detail: 'x' }],
    })
    if (!isProblem(error)) throw error
    switch (error.problem.type) {
      case '/problems/validation-failed':
        return expect(error.problem.errors[0]?.code).to.equal('repeated')
      default:
        throw error
    }
  })

  it('is of one kind, or of one of some', () => {
    const error = aProblem('/problems/not-found')
    expect(isProblem(error, 'not-found') && error.problem.detail).to.equal('Not so')
    const typeOfEither = (kind: 'forbidden' | 'not-found') => {
      if (!isProblem(error, kind)) throw error
      const { type } = error.problem
      has<'/problems/forbidden' | '/problems/not-found'>()(type, true)
      return type
    }
    expect(typeOfEither('not-found')).to.equal('/problems/not-found')
    // Of others nothing is promised.
    if (!isProblem(error, 'not-found')) throw error
    const { errors } = error.problem
    has<readonly (FieldError | ParameterError)[] | undefined>()(errors, true)
    // @ts-expect-error -- no problem is called so
    expect(isProblem(error, 'not-fond')).to.equal(false)
    expect([isProblem(new Error('no'), 'not-found'), isProblem(undefined), isProblem('not-found')]).to.deep.equal([
      false,
      false,
      false,
    ])
  })

  it('may be of a kind that came later than this client', () => {
    const error = aProblem('/problems/quota-exceeded', { quota: 3 })
    if (!isProblem(error)) throw error
    expect(problemTypes).to.not.include(error.problem.type)
    expect([error.problem.type, error.problem.status]).to.deep.equal(['/problems/quota-exceeded', 422])
    for (const type of problemTypes) expect(isProblem(error, type.slice(10) as ProblemName)).to.equal(false)
    expect(error).to.be.instanceOf(ProblemError).and.include({ message: 'No: Not so' })
  })

  it('is called the same behind a prefix of the path, and is one without a type, too', () => {
    for (const type of ['/problems/forbidden', '/messenger/problems/forbidden', 'https://a.test/b/problems/forbidden'])
      expect(isProblem(aProblem(type), 'forbidden'), type).to.equal(true)
    expect(isProblem(aProblem('about:blank'))).to.equal(true)
    const error = refusalOf(502, 'application/problem+json', '{"title":"Bad gateway","status":502}')
    expect(isProblem(error) && error.problem.type).to.equal('about:blank')
  })
})
