//! A program that depends on a newer version than a library of its own does.

fn main() {
    newer::activate();
    let x = 1.5_f32;
    newer::capture!(program, x);
    user::forward(2);
    assert_eq!(newer::cache().keys().collect::<Vec<_>>(), ["program.x"]);
    assert_eq!(newer::report().key("user.n"), None);
    if !user::ENABLED {
        println!("the library's lines are off");
        return;
    }

    assert!(!older::is_active());
    older::activate();
    user::forward(3);
    newer::capture!(program, x);
    {
        let _scope = older::scope();
        user::forward(4);
        newer::capture!(program, x);
        assert_eq!(older::cache()["user.n"].len(), 1);
    }
    let numbers: Vec<_> =
        older::cache()["user.n"].iter().filter_map(|n| n.scalar::<u32>()).collect();
    assert_eq!(numbers, [3]);
    assert_eq!(newer::cache()["program.x"].len(), 3);
    let (older, newer) = (older::report(), newer::report());
    assert_eq!(older.key("user.n").map(|key| key.kept()), Some(1));
    assert_eq!(newer.key("program.x").map(|key| key.kept()), Some(3));
    assert!(older.key("program.x").is_none() && newer.key("user.n").is_none());
    println!("two stores");
}
