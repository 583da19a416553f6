/** The first shell block of a template's README: what to type on the host so that something happens. */
export function workloadOf(readme: string): string | undefined {
  const blocks = [...readme.matchAll(/```(?:sh|bash|shell|console)\n([\s\S]*?)```/g)].map((match) =>
    match[1]?.trim(),
  );
  return blocks.find((block) => block !== undefined && block !== '' && !block.includes('probepad run'));
}
