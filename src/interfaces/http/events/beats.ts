/** Calls `beat` now and then. Returns how to stop. */
export type Beats = (beat: () => void, milliseconds: number) => () => void

export const realBeats: Beats = (beat, milliseconds) => {
  const timer = setInterval(beat, milliseconds).unref()
  return () => clearInterval(timer)
}
