export const notesOn = (versions: string, costs: string): string => `## ejabberd

${versions}.

${costs}`
