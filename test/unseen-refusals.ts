/** How many are told of. */
const TOLD = 10

/** Answers that are no success and that nobody has looked at, in words. */
const unseen = new Set<string>()

/** The answer; it is seen when its status, its headers or its body are read. */
export const noticing = <A extends { readonly status: number; readonly text: string }>(what: string, answer: A): A => {
  if (answer.status < 400) return answer
  const words = `${what} was answered with ${answer.status} ${answer.text}`
  unseen.add(words)
  return new Proxy(answer, {
    get: (target, name, receiver) => {
      if (name !== 'then') unseen.delete(words)
      return Reflect.get(target, name, receiver) as unknown
    },
  })
}

const takeAll = () => {
  const all = [...unseen]
  unseen.clear()
  return all
}

/** The test, which also fails when a request was refused and it took no notice: then it may have shown nothing. */
export const noticed = (test: Mocha.AsyncFunc) =>
  async function (this: Mocha.Context) {
    try {
      await test.call(this)
    } catch (error) {
      takeAll()
      throw error
    }
    const all = takeAll()
    if (all.length > 0) throw new Error(['Nobody looked at what was answered:', ...all.slice(0, TOLD)].join('\n  '))
  }
