/** Works a form out of one value, and gives the very same result to whoever asks for the same form again. */
export type Memo<A> = <B>(form: (value: A) => B) => B

/** The value must never change. Forms are told apart by their function, so a form is a constant of its module. */
export const memo = <A>(value: A): Memo<A> => {
  const forms = new Map<unknown, unknown>()
  return <B>(form: (value: A) => B): B => {
    if (!forms.has(form)) forms.set(form, form(value))
    return forms.get(form) as B
  }
}
