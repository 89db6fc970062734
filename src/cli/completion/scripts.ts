import type { Shell } from './shells.ts';

/** bash takes a word apart at some characters, and puts a candidate in the place of the last part only. */
const BASH = `# bash completion of headgate: source <(headgate completion bash)
_headgate() {
  local line=\${COMP_LINE:0:COMP_POINT} words program answer value
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local current=\${words[\${#words[@]} - 1]}
  program=$(type -P -- "\${words[0]}") || program=headgate
  answer=$("$program" __complete -- "\${words[@]:1}" 2>/dev/null) || return
  local head=$current
  while [[ -n $head && ! ( "=:@" == *"\${head: -1}"* && $COMP_WORDBREAKS == *"\${head: -1}"* ) ]]; do head=\${head%?}; done
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    case $value in
      :0) type compopt &>/dev/null && compopt -o default ;;
      :*) ;;
      *) COMPREPLY+=("\${value#"$head"}") ;;
    esac
  done <<<"$answer"
}
complete -F _headgate headgate kubectl-headgate
`;

const ZSH = `#compdef headgate kubectl-headgate
# zsh completion of headgate: source <(headgate completion zsh), or in a file _headgate on the fpath
_headgate() {
  local -a answer candidates
  local line found=1 program=\${commands[\${words[1]}]:-headgate}
  answer=("\${(@f)$("$program" __complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in "\${answer[@]}"; do
    case $line in
      :0) _files && found=0 ;;
      :*) ;;
      *$'\\t'*) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      ?*) candidates+=("\${line//:/\\\\:}") ;;
    esac
  done
  (( \${#candidates} )) && _describe headgate candidates && found=0
  return $found
}
if [[ \${funcstack[1]} == _headgate ]]; then _headgate "$@"; else compdef _headgate headgate kubectl-headgate; fi
`;

const FISH = `# fish completion of headgate: headgate completion fish | source
function __headgate_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in ($words[1] __complete -- $words[2..] "$current" 2>/dev/null)
    switch $line
      case ':0'
        __fish_complete_path (string replace -r '^--[^=]*=' '' -- "$current")
      case ':*'
      case '*'
        echo $line
    end
  end
end
complete -c headgate -f -a '(__headgate_complete)'
complete -c kubectl-headgate -f -a '(__headgate_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
