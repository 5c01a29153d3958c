/**
 * Words that people name columns and things with, and how the letters of such words follow one another: by them a name that
 * can be read is told from one that only its table's handbook explains.
 */

const words = new Set(
  `about above abstract academic access accident account accuracy action active activity actual actor address adult advance
africa after age agency agent airline airport alcohol album alert algorithm amount analysis animal annual answer apartment
application april area arrival article artist asia asset assist attack attempt attendance attribute august author available
average award baby back background balance band bank base basic bathroom battery beach bedroom before begin benefit best
bike bill binary birth black blood blue board body book border born borough bottom branch brand bridge brown budget building
business calendar call camera campaign cancer capacity capital card carbon care career cars case cash category cause cell census center
centre century chance change channel character charge chart check chemical child children choice circle city citizen claim class clean clear client
climate close clothing cloud club coach coast code coffee cold collection college color colour column comment commercial common
community company comparison complaint complete component computer condition conference confirm connection consumer contact content context
contract contribution control conversion cook copy corner corporate cost count country county course court cover create created credit
crime crop cross currency current customer cycle daily damage data database date death debt december decision deep default
degree delay delivery demand density department departure deposit depth description design destination detail device diabetes diameter diet
difference digital dimension direct direction director disaster discount disease display distance district division doctor document dollar
domain domestic door double down draft drive driver drop drug duration earning earth east economic edge education effect elderly
election electric element elevation email emergency emission employee employer employment empty enabled end energy engine
english entry environment equal equipment error estimate ethnic europe event exam exchange exit expected expense experience export external extra
face facility factor failure fall family farm fast fatal father feature february federal fee feedback female field fight figure file
film final finance finish fire first fish flag flat flight floor flow flower follow food foot football force foreign forest
form format forward foundation free freedom frequency friday friend front fruit fuel full function fund future gain game garage
garden gender general genre girl given glass global goal gold good goods government grade grain grant graph green grid gross
ground group growth guest hair half hand happiness head header health heart heat heavy height high highway hispanic history
hit holiday home horse hospital host hotel hour house household housing human humidity husband idea image impact import incident include income
increase index indicator individual industry infant inflation information initial injury inside inspection institution insurance interest internal international internet invoice
island issue item january job journey judge july june just keyword kind kitchen label labor lake land language large last
late latitude launch lead leader league learning leave left legal length letter level library license life light limit line link
list listing literacy living load loan local location long longitude loss love lower machine main major make male manager manufacturer march margin
marital mark market marriage married mass master match material math matrix maximum meal mean measure media median medical medium member
memory men mention message metal meter method metro middle migration mile military milk minimum minor minute missing mobile
mode model modified monday money month monthly mortality mortgage mother motion motor mountain mouth movie multiple murder museum music name
nation national native nature negative neighborhood network neutral news night node noise none normal north note notice november
nuclear null number nurse object occupancy occupation ocean october offer office officer official online open operation operator opinion
option orange order organic organization origin original other outcome output outside overall overview owner ownership package page paid
panel paper parent park part partner party pass passenger password past path patient pattern payment peak people percent percentage
performance period permit person phone photo phrase physical picture piece place plan planet plant plastic plate platform play player
pocket point police policy political pollution pool population port position positive post postal potential poverty power prediction pregnant
presence present president pressure previous price primary print priority prison private probability problem process product production profile
profit program project promotion property protein province public publication published publisher purchase purpose quality quantity quarter question queue
quick race radio radius rain random range rank rate rating ratio reading reason received recent recipe record recovery red
reference region registration regular related relation relative release religion remote rent repair reply report request required research reserve
residence resident resource response rest restaurant result retail return revenue review reward right risk river road robot role roof room
root round route rule rural safety salary sale sales sample satisfaction saturday scale schedule school science score screen script sea search
season seat second secondary secret section sector security segment selling semester senate sensor sentence sentiment september sequence series
server service session setting severity shape share shift ship shipping shoe shop short shot show side sign signal similar single site
size skill skin sleep slope small smoke smoking snow social soft software soil solar sold solution song sound source south space
speaker special species speech speed sport spouse spring square staff stage standard star start state station status steal steel step stock stop
storage store storm story strategy stream street strength stress strong structure student study style subject subscription success sugar suicide
summary summer sunday supplier supply support surface survey survival suspect symbol system table tag talk tank target task tax teacher team
technology telephone television temperature term terminal test text thickness thing third thursday ticket time title today token tone tool top
topic total touch tourism tower town track trade traffic trail train training transaction transfer transport travel treatment tree trend trial
trip truck true tuesday turn tweet type unemployment union unique unit university unknown update upper urban usage user vacancy valid
value variable variety vehicle velocity vendor version victim video view village violation violence visibility vision visit visitor visual
voice volume vote voter wage waiting walk wall warehouse warning waste watch water wave way weapon weather website wednesday week weekday
weekend weekly weight welfare west wheel white whole width wife wind window wine winner winter women wood word work worker
working world wrist writer written year yearly yellow yield young youth zone`.split(/\s+/),
);

const longest = 14;
/** Shorter words stand within others by chance. */
const shortest = 3;

/** Share, 0 to 1, of the letters of a name's words that known words cover; words may be run together. */
export function knownShare(names: readonly string[]): number {
  let letters = 0;
  let known = 0;
  for (const name of names) {
    if (!/^\p{L}/u.test(name)) continue;
    letters += name.length;
    known += coveredLetters(name);
  }
  return letters === 0 ? 0 : known / letters;
}

/** The most letters that words one after the other cover. */
function coveredLetters(name: string): number {
  const best = new Int32Array(name.length + 1);
  for (let end = 1; end <= name.length; end += 1) {
    best[end] = best[end - 1]!;
    for (let length = shortest; length <= Math.min(longest, end); length += 1) {
      if (words.has(singular(name.slice(end - length, end)))) {
        best[end] = Math.max(best[end]!, best[end - length]! + length);
      }
    }
  }
  return best[name.length]!;
}

function singular(word: string): string {
  if (words.has(word) || word.length <= shortest || !word.endsWith('s')) return word;
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.slice(0, -1);
}

const letterCount = 27;
/** Counts that every pair of letters starts with. */
const smoothing = 0.3;
const pairLogarithms = logarithmsOfPairs();

/** Natural logarithm of how likely a letter follows another; 0 stands for the border of a word. */
function logarithmsOfPairs(): Float64Array {
  const counts = new Float64Array(letterCount * letterCount).fill(smoothing);
  for (const word of words) eachPair(word, (pair) => (counts[pair]! += 1));
  return counts.map((count, pair) => {
    const first = pair - (pair % letterCount);
    const all = counts.subarray(first, first + letterCount).reduce((sum, each) => sum + each, 0);
    return Math.log(count / all);
  });
}

function eachPair(word: string, visit: (pair: number) => void): void {
  let before = 0;
  for (let index = 0; index <= word.length; index += 1) {
    const code = index === word.length ? 0 : word.charCodeAt(index) - 96;
    const letter = code > 0 && code < letterCount ? code : 0;
    visit(before * letterCount + letter);
    before = letter;
  }
}

/** How readable the words of a name are: the mean logarithm of its pairs of letters, about -4.5 to -2; 0 without letters. */
export function readability(names: readonly string[]): number {
  let sum = 0;
  let pairs = 0;
  for (const name of names) {
    if (!/^[a-z]/.test(name)) continue;
    eachPair(name, (pair) => {
      sum += pairLogarithms[pair]!;
      pairs += 1;
    });
  }
  return pairs === 0 ? 0 : sum / pairs;
}
