/** What a rule says to readers without a finding of it at hand: `explain`, `docs/rules` and SARIF alike. */
import type { RuleDescription } from './rule.js';

type Documentation = RuleDescription['documentation'];

/** Said if there are any. */
const ABOUT_NAMES = 'Names in angle brackets are placeholders that each finding fills in.';

/** A rule's documentation in general, and what its names mean; null if it has none. */
export interface GeneralDocumentation extends Documentation {
  readonly aboutNames: string | null;
}

/** The documentation with names such as `<peer-host>` where a finding fills in its own words. */
export function generalDocumentation({ documentation }: RuleDescription): GeneralDocumentation {
  let isNaming = false;
  const named = (text: string): string =>
    text.replace(/\{([a-z]+)\}/gi, (_braces, word: string) => {
      isNaming = true;
      return `<${word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}>`;
    });
  const general = {
    ...documentation,
    meaning: named(documentation.meaning),
    proof: documentation.proof.map(named),
    notThis: documentation.notThis.map(named),
    applicationSees: named(documentation.applicationSees),
    likelyCauses: documentation.likelyCauses.map(named),
    nextSteps: documentation.nextSteps.map(named),
  };
  return { ...general, aboutNames: isNaming ? ABOUT_NAMES : null };
}
