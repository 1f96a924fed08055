/** The service's time. It stands still until the test moves it. */
export interface TestClock {
  readonly now: () => Date
  readonly set: (time: Date) => void
  readonly advance: (milliseconds: number) => void
}

export const testClock = (start: Date): TestClock => {
  let time = start.getTime()
  return {
    now: () => new Date(time),
    set: (at) => {
      time = at.getTime()
    },
    advance: (milliseconds) => {
      time += milliseconds
    },
  }
}
