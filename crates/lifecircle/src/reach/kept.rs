//! An engine as bytes, so that it need not be made anew: the hierarchy as it lies in memory. Where they are kept is not
//! known here.
//!
//! They begin with [`MAGIC`], the SHA-256 of the network that it belongs to, the numbers of nodes, of nodes below the core
//! and of arcs, and a checksum of the rest; then come ranks, arcs of each rank, heads, and times out and back, as
//! little-endian 32-bit numbers. Bytes that do not fit their network in every respect are as good as none.

use sha2::{Digest as _, Sha256};

use super::hierarchy::Hierarchy;
use super::lanes::FAR;
use crate::network::{Cost, Network};

/// What the bytes begin with; the last character is the version.
const MAGIC: [u8; 8] = *b"lcreach1";

const HEAD: usize = MAGIC.len() + 32 + 16;

/// A hierarchy as bytes.
pub(super) fn encode<C: Cost>(network: &Network<C>, hierarchy: &Hierarchy) -> Vec<u8> {
    let columns = hierarchy.columns();
    let size = 4 * columns.iter().map(|column| column.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(HEAD + size);
    bytes.extend(MAGIC);
    bytes.extend(fingerprint(network));
    let [ranks, _, heads, ..] = columns;
    let counts = [ranks.len() as u32, hierarchy.core() as u32, heads.len() as u32];
    bytes.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
    // The checksum's place; it is of what follows.
    bytes.extend([0; 4]);
    for column in columns {
        bytes.extend(column.iter().flat_map(|number| number.to_le_bytes()));
    }
    let checksum = checksum_of(counts, &bytes[HEAD..]);
    bytes[HEAD - 4..HEAD].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// The hierarchy of a network; none if the bytes are damaged or of another network.
pub(super) fn decode<C: Cost>(network: &Network<C>, bytes: &[u8]) -> Option<Hierarchy> {
    let (head, body) = bytes.split_at_checked(HEAD)?;
    let (magic, head) = head.split_at(MAGIC.len());
    let (print, counts) = head.split_at(32);
    let (counts, _) = counts.as_chunks::<4>();
    let [nodes, core, arcs, checksum] = <[_; 4]>::try_from(counts).ok()?.map(u32::from_le_bytes);
    let size = |count: u32| count as usize;
    if magic != MAGIC || size(nodes) != network.nodes() || body.len() != 4 * (2 * size(nodes) + 1 + 3 * size(arcs)) {
        return None;
    }
    if checksum_of([nodes, core, arcs], body) != checksum || print != fingerprint(network) {
        return None;
    }
    let (numbers, _) = body.as_chunks::<4>();
    let mut rest = numbers;
    let mut take = |count: usize| {
        let (column, after) = rest.split_at(count);
        rest = after;
        column.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect::<Vec<u32>>()
    };
    let (nodes, arcs) = (size(nodes), size(arcs));
    let columns = [take(nodes), take(nodes + 1), take(arcs), take(arcs), take(arcs)];
    Hierarchy::from_columns(columns, size(core)).filter(is_sound)
}

/// Of the counts too: a core of another size would give other answers, and nothing else would tell.
fn checksum_of(counts: [u32; 3], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for count in counts {
        hasher.update(&count.to_le_bytes());
    }
    hasher.update(body);
    hasher.finalize()
}

/// Whether all arcs lead to ranks that are there: upwards below the core, within the core from there on.
fn is_sound(hierarchy: &Hierarchy) -> bool {
    let [ranks, first, heads, out, back] = hierarchy.columns();
    let nodes = ranks.len();
    let mut is_rank = vec![false; nodes];
    ranks.iter().for_each(|rank| {
        if let Some(is_rank) = is_rank.get_mut(*rank as usize) {
            *is_rank = true;
        }
    });
    is_rank.iter().all(|is_rank| *is_rank)
        && hierarchy.core() <= nodes
        && first.first() == Some(&0)
        && first.last() == Some(&(heads.len() as u32))
        && out.iter().chain(back).all(|time| *time <= FAR)
        && (0..nodes).all(|rank| {
            let least = if rank < hierarchy.core() { rank + 1 } else { hierarchy.core() };
            hierarchy.heads(rank).iter().all(|head| (least..nodes).contains(&(*head as usize)))
        })
}

/// What tells a network from another: its nodes, and the ends and times of its edges.
fn fingerprint<C: Cost>(network: &Network<C>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((network.nodes() as u64).to_le_bytes());
    let mut bytes = Vec::with_capacity(1 << 16);
    for edge in 0..network.edges() as u32 {
        let ([from, to], costs) = (network.ends(edge), network.costs(edge));
        let costs = [costs.forward, costs.backward].map(Cost::units);
        bytes.extend([from, to, costs[0], costs[1]].iter().flat_map(|number| number.to_le_bytes()));
        if bytes.len() >= 1 << 16 {
            hash.update(&bytes);
            bytes.clear();
        }
    }
    hash.update(&bytes);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::network::Walker;
    use crate::{demo, import};

    fn ready() -> (Network, Hierarchy, Vec<u8>) {
        let city = import::import(demo::generate(demo::Size::Small, 1), &()).unwrap();
        let network = Network::new(&city.streets, &Walker::find("adult").unwrap());
        let hierarchy = Hierarchy::new(&network, &()).unwrap();
        let bytes = encode(&network, &hierarchy);
        (network, hierarchy, bytes)
    }

    #[test]
    fn what_is_kept_is_what_comes_back() {
        let (network, hierarchy, bytes) = ready();
        assert_eq!(decode(&network, &bytes).unwrap().columns(), hierarchy.columns());
        let city = import::import(demo::generate(demo::Size::Small, 1), &()).unwrap();
        let other = Network::new(&city.streets, &Walker::find("elderly").unwrap());
        assert!(decode(&other, &bytes).is_none());
    }

    #[test]
    fn what_is_damaged_is_none() {
        let (network, _, bytes) = ready();
        // Every bit of the head counts: its numbers say how the rest is read.
        for bit in 0..HEAD * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&network, &damaged).is_none(), "bit {bit}");
        }
        proptest!(|(place in 0..bytes.len(), bits in 1..=255_u8, length in 0..bytes.len())| {
            let mut damaged = bytes.clone();
            damaged[place] ^= bits;
            prop_assert!(decode(&network, &damaged).is_none());
            prop_assert!(decode(&network, &bytes[..length]).is_none());
        });
    }
}
