import { type CommandWords, optionCases, quoted, type Values } from './vocabulary.js';

/** A completion function for zsh, to be sourced or put into a folder of `fpath` as `_finwait`. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name);
  return `#compdef finwait
# zsh completion for finwait. In ~/.zshrc, after compinit: source <(finwait completion zsh)
_finwait() {
  local command=$words[2] previous=$words[CURRENT-1] current=$words[CURRENT]
  local -a list after
  local files= suffix=
  if [[ $CURRENT == 2 || " ${names.join(' ')} " != *" $command "* ]]; then
    command=${names[0]}
  fi
  if [[ $current == --*=* ]]; then
    previous=\${current%%=*} current=\${current#*=}
    compset -P 1 '*='
  fi
  case "$command $previous" in
${commands.flatMap((command) => optionCases(command, assignments)).join('\n')}
    *)
      if [[ $current == -* ]]; then
        case $command in
${commands.map(flagCase).join('\n')}
        esac
        _describe option list
        return
      fi
      if [[ $CURRENT == 2 ]]; then
        list=(${commands.map(({ name, description }) => described(name, description)).join(' ')})
        _describe command list
        _files
        return
      fi
      case $command in
${commands.map((command) => `        ${command.name}) ${assignments(command.argument)} ;;`).join('\n')}
      esac ;;
  esac
  if [[ -n $suffix && $current == *=* ]]; then
    compset -P 1 '*='
    list=($after) suffix=
  fi
  if [[ -n $files ]]; then
    _files
  elif [[ -n $suffix ]]; then
    compadd -S "$suffix" -a list
  else
    compadd -a list
  fi
}
if [[ $funcstack[1] == _finwait ]]; then
  _finwait "$@"
else
  compdef _finwait finwait
fi
`;
}

function flagCase({ name, options }: CommandWords): string {
  const list = options.flatMap(({ flags, description }) => flags.map((flag) => described(flag, description)));
  return `          ${name}) list=(${list.join(' ')}) ;;`;
}

/** A word and what it means, as \`_describe\` wants them. */
function described(word: string, description: string): string {
  return quoted(`${word}:${description}`);
}

function assignments({ files, words, after }: Values): string {
  if (files) return 'files=yes';
  const list = `list=(${words.join(' ')})`;
  return after === null ? list : `${list} suffix== after=(${after.join(' ')})`;
}
