import { expect } from 'chai'
import { noticed, noticing } from '../unseen-refusals.ts'

describe('A test of the suite', () => {
  const answer = (status: number) => noticing('POST /chats/', { status, text: 'no' })
  const failure = (run: Promise<void>) =>
    run.then(
      () => 'none',
      (error: unknown) => String(error),
    )
  const ran = (test: () => Promise<unknown>) =>
    Reflect.apply(noticed(test as Mocha.AsyncFunc), undefined, []) as Promise<void>

  it('fails when it takes no notice of a refusal, and says which', async () => {
    expect(await failure(ran(async () => void answer(503)))).to.match(/looked at[^]*POST \/chats\/ .* 503 no/)
    await ran(async () => expect((await Promise.resolve(answer(503))).status).to.equal(503))
    await ran(async () => void answer(201))
  })

  it('says what it failed by itself, and leaves nothing to the next', async () => {
    const failing = ran(async () => {
      answer(503)
      throw new Error('red')
    })
    expect(await failure(failing)).to.equal('Error: red')
    await ran(async () => {})
  })
})
